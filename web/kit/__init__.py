"""What all pages stand on: the guard around a request, forms, layout, headers, languages."""
