"""The scan beside its peers, and scikit-learn's estimators beside its images."""
