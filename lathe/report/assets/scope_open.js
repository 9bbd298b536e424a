// One scope for the report's scripts: nothing of ours is global, and strict mode holds throughout.
(() => {
'use strict';

