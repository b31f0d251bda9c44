"""sagemaker-xgboost, as the algorithm and with a script."""
