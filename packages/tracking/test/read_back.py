"""Prints what an MLflow server holds of an experiment, read by MLflow's own client."""
import json
import sys

import mlflow
from mlflow import MlflowClient

uri, name = sys.argv[1:]
mlflow.set_tracking_uri(uri)  # tables are looked for there, whatever the client's own address
client = MlflowClient(uri)
experiment = client.get_experiment_by_name(name)
runs = {}
for run in client.search_runs([experiment.experiment_id], max_results=1000):
    artifacts, folders = [], [""]
    while folders:
        for entry in client.list_artifacts(run.info.run_id, folders.pop()):
            (folders if entry.is_dir else artifacts).append(entry.path)
    runs[run.data.tags["omnict.run_key"]] = {
        "runId": run.info.run_id,
        "status": run.info.status,
        "startTime": run.info.start_time,
        "endTime": run.info.end_time,
        "params": run.data.params,
        "tags": run.data.tags,
        "metrics": {
            key: [[m.step, m.timestamp, str(m.value)] for m in client.get_metric_history(run.info.run_id, key)]
            for key in run.data.metrics
        },
        "artifacts": sorted(artifacts),
        "tables": {
            path: {"columns": list(table.columns), "rows": len(table)}
            for path in (t["path"] for t in json.loads(run.data.tags.get("mlflow.loggedArtifacts", "[]")))
            for table in [client.load_table(experiment.experiment_id, path, [run.info.run_id])]
        },
        "inputs": [
            {"profile": json.loads(i.dataset.profile or "null"), "name": i.dataset.name, "digest": i.dataset.digest, "tags": {t.key: t.value for t in i.tags}}
            for i in run.inputs.dataset_inputs
        ],
        "models": [
            {"name": m.name, "status": str(m.status), "params": m.params}
            for m in client.search_logged_models([experiment.experiment_id])
            if m.source_run_id == run.info.run_id
        ] if uri.startswith("http") else [],
    }
print(json.dumps(runs))
