"""Model Monitor's analyzer."""
