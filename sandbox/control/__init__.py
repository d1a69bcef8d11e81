"""The control plane at `/_sandbox`: the call log, ordered failures, the dashboard."""
