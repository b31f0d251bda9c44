"""Properties of AWS::ECS::* as ECS's own API has them."""

from slipway_local.ministack.task_resources import spelled


def test_names_numbers_and_maps() -> None:
    container = {
        "Name": "main",
        "Image": "a",
        "PortMappings": [{"ContainerPort": "80"}],
        "LogConfiguration": {"LogDriver": "awslogs", "Options": {"awslogs-group": "g"}},
        "DockerLabels": {"Team": "a"},
        "Essential": "true",
    }
    given = {"Family": "f", "Cpu": 256, "ContainerDefinitions": [container]}
    assert spelled("RegisterTaskDefinition", given) == {
        "family": "f",
        "cpu": "256",
        "containerDefinitions": [
            {
                "name": "main",
                "image": "a",
                "portMappings": [{"containerPort": 80}],
                "logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": "g"}},
                "dockerLabels": {"Team": "a"},
                "essential": True,
            }
        ],
    }
