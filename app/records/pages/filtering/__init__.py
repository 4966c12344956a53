"""The builder of filters: conditions chosen from lists, in groups, as a form in the drawer."""
