"""What the pages of the data model show: fields, picklists, layouts."""
