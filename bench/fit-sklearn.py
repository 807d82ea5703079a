"""Time of scikit-learn's liblinear on the data and values of C of fit.ts, and how its objective compares.

Needs: numpy, scikit-learn (1.8 or newer). Run: npx tsx bench/fit.ts --data FILE, then
python bench/fit-sklearn.py FILE [TOLERANCE]. The last line that it prints is JSON.
"""

import json
import sys
import time

import numpy as np
import sklearn
from sklearn.linear_model import LogisticRegression

ROWS = 2000
tolerance = float(sys.argv[2]) if len(sys.argv) > 2 else 1e-4
raw = np.fromfile(sys.argv[1], dtype=np.uint8)
labels = raw[:ROWS]
features = raw[ROWS:].view(np.float32).reshape(-1, ROWS).T
signs = np.where(labels == 1, 1.0, -1.0)

print(f"scikit-learn {sklearn.__version__}, tolerance {tolerance}")
total, objectives = 0.0, []
for C in np.geomspace(0.005, 0.3, 8):
    begin = time.perf_counter()
    model = LogisticRegression(l1_ratio=1, solver="liblinear", C=C, tol=tolerance, max_iter=1000).fit(features, labels)
    seconds = time.perf_counter() - begin
    total += seconds
    weights, intercept = model.coef_[0].astype(np.float64), float(model.intercept_[0])
    used = np.flatnonzero(weights)
    scores = features[:, used].astype(np.float64) @ weights[used] + intercept
    objective = C * np.logaddexp(0, -signs * scores).sum() + np.abs(weights).sum() + abs(intercept)
    objectives.append(float(objective))
    print(f"C {C:.6g}: {used.size} neurons, objective {objective:.9f}, {seconds:.2f} s", flush=True)
print(f"{ROWS} x {features.shape[1]}, 8 values of C: {total:.2f} s")
print(json.dumps({"seconds": total, "objectives": objectives, "version": sklearn.__version__}))
