"""ECS, embedded: tasks and services on Fargate, each container a process."""
