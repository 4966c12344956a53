"""Who mails to customers come from: shared and further addresses, each confirmed before its use."""
