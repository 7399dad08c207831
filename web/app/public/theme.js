// Chooses the colours before anything is painted, so that a dark screen does not flash white.
(function () {
    var choice = null;
    try {
        choice = localStorage.getItem("curlew.theme");
    } catch {
        // Storage is forbidden: follow the system.
    }
    var dark = choice === "dark" || (choice !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
    document.documentElement.dataset.theme = dark ? "dark" : "light";
})();
