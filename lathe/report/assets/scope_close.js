
})();  // ends scope_open.js
