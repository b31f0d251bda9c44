from dataclasses import replace

from slipway.domain.desired import Artifact, Desired, EndpointTarget, Policy, VariantPolicy
from slipway.domain.naming import Site
from slipway.domain.plan.endpoint import plan
from slipway.domain.plan.scaling import scaling
from slipway.domain.scaling import Autoscaling, Scaled, ScalingMetric
from slipway.domain.world import Inspected

HOW = Autoscaling(1, 4, ScalingMetric.INVOCATIONS_PER_INSTANCE, 700.0)
SITE = Site("slipway", "bucket", "eu-west-1", "arn:aws:iam::123456789012:role/model")
ARTIFACT = Artifact("bucket", "models/h/model.tar.gz", "v1", 1.0, 10)
INSPECTED = Inspected(ARTIFACT, sha256="ab", image="image")


def test_it_is_told_in_words() -> None:
    said = "a from 1 to 4, SageMakerVariantInvocationsPerInstance at 700"
    assert Scaled("slipway-h", "a", HOW).words == said


def test_a_shadow_is_left_at_its_size() -> None:
    variants = (VariantPolicy("a"), VariantPolicy("b", shadow=50))
    policy = Policy(target=EndpointTarget(), variants=variants, autoscaling=HOW)
    desired = Desired("h", 1, {"": ARTIFACT}, policy)
    made = plan(desired, [INSPECTED], SITE)
    assert scaling(desired, made) == {Scaled("slipway-h", "a", HOW)}
    own = replace(variants[0], autoscaling=replace(HOW, most=2))
    desired = replace(desired, policy=replace(policy, variants=(own, variants[1])))
    assert scaling(desired, made) == {Scaled("slipway-h", "a", replace(HOW, most=2))}
