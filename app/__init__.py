"""The renting firms' side of Zuke: what their people see and do."""
