// keys: see the list of the dialog; nothing here is needed to use a page
"use strict";
