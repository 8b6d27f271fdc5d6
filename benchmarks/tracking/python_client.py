"""Metric points a second of MLflow's Python client. python_client.py URI batch|single COUNT"""
import math
import sys
import time

from mlflow import MlflowClient
from mlflow.entities import Metric

uri, way, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
KEYS = 5
client = MlflowClient(uri)
experiment = client.get_experiment_by_name("python")
experiment_id = experiment.experiment_id if experiment else client.create_experiment("python")
run_id = client.create_run(experiment_id).info.run_id
started = time.perf_counter()
if way == "batch":
    batch = []
    for step in range(count // KEYS):
        for i in range(KEYS):
            batch.append(Metric(f"metric{i}", math.sin(step + i), 1_000_000 + step, step))
        if len(batch) == 1000:
            client.log_batch(run_id, metrics=batch)
            batch = []
    if batch:
        client.log_batch(run_id, metrics=batch)
else:
    for step in range(count // KEYS):
        for i in range(KEYS):
            client.log_metric(run_id, f"metric{i}", math.sin(step + i), 1_000_000 + step, step)
print(count / (time.perf_counter() - started))
