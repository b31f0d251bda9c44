"""The demo's last five stages: several models behind an endpoint, files, and the end of everything.

They use what the first nine left in the work folder: the data, and two packed models.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from slipway_cli.demo import models
from slipway_cli.demo.files import Files
from slipway_cli.demo.scene import PATIENCE, Scene, expect, none_failed
from slipway_cli.demo.stage import Stage, stage
from slipway_cli.failures import Exit, Problem
from slipway_cli.follow import AWAITS_PARTS
from slipway_cli.sync import run

SHARED, PIPED, MANY = "housing-shared", "housing-piped", "housing-many"
AGE = 6  # the column of how many houses are old
REQUESTS = 200


@dataclass(frozen=True, slots=True)
class Chapter(Scene):
    """The scene, as it is once the story has been told."""

    def tell(self) -> None:
        """All of it. Raises Problem where the product does not do what it promises."""
        self.variants()
        self.pipeline()
        self.many()
        Files(self.console, self.stack, self.example, self.work, self.images).tell()
        self.delete()

    def variants(self) -> None:
        """Two models 9:1, by weight and by name, weighed anew, and one dropped."""
        title = "10/14  Two models behind one endpoint, nine requests to one"
        with stage(self.console, title) as now:
            manifest = self.example / "variants.yaml"
            self._push(now, SHARED, self.work / "linear.tar.gz", AWAITS_PARTS, "champion", manifest)
            self._push(now, SHARED, self.work / "trees.tar.gz", "Released", "challenger")
            named = {
                variant: self._price(SHARED, TargetVariant=variant)
                for variant in ("champion", "challenger")
            }
            for variant, price in named.items():
                now.say(f"{variant}, by its name: {price:.2f} thousand dollars", "green")
            self._share(now, named)
            self._weigh(now, "{champion: {weight: 1}, challenger: {weight: 3}}")
            self._share(now, named)
            self._weigh(now, "{challenger: {instance_type: ml.c5.large}}")
            self._share(now, named)

    def pipeline(self) -> None:
        """What one container answers, the next is asked."""
        title = "11/14  An inference pipeline: PCA, then Linear Learner"
        with stage(self.console, title) as now:
            python = models.environment(self.images, models.SKLEARN, lambda _line: None)
            pca, script = self.work / "pca" / "model_algo-1", self.example / "train_pipeline.py"
            with now.step("examples/housing/train_pipeline.py"):
                trained = models.train(python, script, self.work / "Boston.csv", pca)
            now.say(f"{trained.library}, off by {trained.error:.1f} thousand dollars")
            learner = self.work / "learner" / "model_algo-1"
            packed = {
                part: models.pack(self.work / f"{part}.tar.gz", {"model_algo-1": file})
                for part, file in (("pca", pca), ("learner", learner))
            }
            manifest = self.example / "pipeline.yaml"
            self._push(now, PIPED, packed["pca"], AWAITS_PARTS, "pca", manifest)
            self._push(now, PIPED, packed["learner"], "Released", "learner")
            now.say(f"it answers {self._price(PIPED):.2f} thousand dollars", "green")

    def many(self) -> None:
        """A model for each kind of suburb, invoked by its name."""
        title = "12/14  Three models behind one multi-model endpoint"
        with stage(self.console, title) as now:
            python = models.environment(self.images, models.SKLEARN, lambda _line: None)
            manifest: Path | None = self.example / "many.yaml"
            for name, data in self._thirds().items():
                file = self.work / f"{name}.joblib"
                with now.step(f"a linear regression for the suburbs whose houses are {name}"):
                    models.train(python, self.example / "train_sklearn.py", data, file)
                packed = models.pack(self.work / f"{name}.tar.gz", {"model.joblib": file})
                self._push(now, f"{MANY}.{name}", packed, "Released", manifest=manifest)
                manifest = None
            for name in self._thirds():
                price = self._price(MANY, TargetModel=f"{name}.tar.gz")
                now.say(f"{name}.tar.gz: {price:.2f} thousand dollars", "green")

    def delete(self) -> None:
        """Everything goes, in the order that AWS demands."""
        with stage(self.console, "14/14  Delete everything, and look what is left") as now:
            remembered = self.stack.ports.ledger.deployments()
            # The models behind an endpoint before it.
            for deployment in sorted(remembered, key=lambda name: "." not in name):
                wish = {"wish": {"type": "delete", "purge": True}}
                end = run(self.stack, deployment, wish, PATIENCE.seconds)
                expect(end, "Deleted")
            left = self._left()
            now.say(f"left: {left}", "green" if not any(left.values()) else "bold red")
            if any(left.values()):
                raise Problem(f"something was left: {left}", code=Exit.REFUSED)

    def _left(self) -> Mapping[str, int]:
        """How much of each kind there still is."""
        client = self.stack.session.client("sagemaker")
        s3 = self.stack.session.client("s3")
        objects = (
            len(s3.list_objects_v2(Bucket=self.stack.bucket, Prefix=prefix).get("Contents", []))
            for prefix in ("models/", "artifacts/", "capture/", "batches/")
        )
        return {
            "endpoints": len(client.list_endpoints()["Endpoints"]),
            "endpoint configs": len(client.list_endpoint_configs()["EndpointConfigs"]),
            "models": len(client.list_models()["Models"]),
            "model package groups": len(
                client.list_model_package_groups()["ModelPackageGroupSummaryList"]
            ),
            "objects": sum(objects),
        }

    def _thirds(self) -> dict[str, Path]:
        """The data in three files, by the age of the houses."""
        header, *rows = (self.work / "Boston.csv").read_text().splitlines()
        rows.sort(key=lambda row: float(row.split(",")[AGE]))
        size = len(rows) // 3 + 1
        files = {}
        for place, name in enumerate(("new", "middling", "old")):
            files[name] = self.work / f"{name}.csv"
            files[name].write_text("\n".join((header, *rows[place * size : (place + 1) * size])))
        return files

    def _share(self, now: Stage, named: Mapping[str, float]) -> None:
        """Who answers how often, of many requests."""
        prices = {round(price, 2): variant for variant, price in named.items()}
        told = Counter(prices.get(round(self._price(SHARED), 2)) for _ in range(REQUESTS))
        now.say(f"of {REQUESTS} requests: {dict(told.most_common())}", "green")
        if None in told:
            raise Problem("an answer came from neither model", code=Exit.REFUSED)

    def _weigh(self, now: Stage, variants: str) -> None:
        """Upload other variants while clients keep asking."""
        manifest = self.work / "weights.yaml"
        manifest.write_text(f"variants: {variants}\n")
        now.say(f"variants: {variants}", "bold")
        with self.traffic(SHARED) as traffic:
            self._push(now, SHARED, None, "Released", manifest=manifest)
        none_failed(now, traffic)

    def _price(self, deployment: str, **whom: str) -> float:
        return float(self.asked(deployment, **whom).strip("[]\n"))

    def _push(
        self,
        now: Stage,
        deployment: str,
        archive: Path | None,
        verdict: str,
        part: str = "",
        manifest: Path | None = None,
    ) -> None:
        expect(self.release(now, deployment, archive, manifest, part=part), verdict)
