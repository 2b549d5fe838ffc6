"""What is known of each language: function words, forms, months, offices, message words; and detection."""
