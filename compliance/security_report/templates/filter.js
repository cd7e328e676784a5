(() => {
  "use strict";
  const bar = document.getElementById("filter");
  if (!bar) return;
  const text = document.getElementById("filter-text");
  const choices = [...bar.querySelectorAll("select")];
  const said = document.getElementById("filter-said");
  const clear = document.getElementById("filter-clear");
  const PREFIX = "#find:";
  const folds = [...document.querySelectorAll("details.findings")];
  const opened = new Map(folds.map((fold) => [fold, fold.open]));
  let entries = null;
  let was = false;

  // Read only when somebody filters: a page of thousands of findings opens at once.
  const all = () => entries ??= [...document.querySelectorAll("#findings article.finding")].map((article) => {
    const resource = article.closest(".resource");
    const words = `${resource.querySelector("header").textContent} ${article.textContent}`;
    return { article, resource, words: words.toLowerCase().replace(/\s+/g, " ") };
  });

  const matches = (entry, words, wanted) =>
    words.every((word) => entry.words.includes(word)) &&
    wanted.every(([name, value]) => (entry.article.dataset[name] ?? "").split(" ").includes(value));

  const apply = () => {
    const words = text.value.toLowerCase().split(/\s+/).filter(Boolean);
    const wanted = choices.filter((choice) => choice.value).map((choice) => [choice.name, choice.value]);
    const active = words.length + wanted.length > 0;
    clear.hidden = !active;
    if (!active && !was) return;
    const seen = new Set();
    let shown = 0;
    for (const entry of all()) {
      const found = matches(entry, words, wanted);
      entry.article.hidden = !found;
      if (found) { shown += 1; seen.add(entry.resource); }
    }
    for (const resource of new Set(all().map((entry) => entry.resource))) resource.hidden = !seen.has(resource);
    for (const fold of folds) {
      const hits = [...seen].some((resource) => fold.contains(resource));
      fold.open = active ? hits : opened.get(fold);
      fold.hidden = active && !hits;
    }
    for (const head of document.querySelectorAll("#findings .group-head"))
      head.hidden = active && ![...seen].some((resource) => head.parentElement.contains(resource));
    said.textContent = active ? `${shown.toLocaleString("en")} of ${all().length.toLocaleString("en")} findings shown` : "All findings shown";
    was = active;
  };

  const keep = () => {
    const state = new URLSearchParams();
    if (text.value.trim()) state.set("text", text.value.trim());
    for (const choice of choices)
      if (choice.value) state.set(choice.name, choice.selectedOptions[0].textContent);
    const kept = state.toString();
    history.replaceState(null, "", kept ? PREFIX + kept : "#findings");
  };

  const restore = (move) => {
    if (!location.hash.startsWith(PREFIX)) return;
    const state = new URLSearchParams(location.hash.slice(PREFIX.length));
    text.value = state.get("text") ?? "";
    for (const choice of choices) {
      const wanted = state.get(choice.name);
      const option = [...choice.options].find((each) => each.value && each.textContent === wanted);
      choice.value = option ? option.value : "";
    }
    apply();
    if (move) document.getElementById("findings").scrollIntoView();
  };

  const change = () => { apply(); keep(); };
  text.addEventListener("input", change);
  for (const choice of choices) choice.addEventListener("change", change);
  const reset = () => {
    text.value = "";
    for (const choice of choices) choice.value = "";
    change();
  };
  clear.addEventListener("click", () => { reset(); text.focus(); });
  text.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && text.value) { event.preventDefault(); reset(); }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest?.("input, select, textarea, [contenteditable]")) return;
    event.preventDefault();
    text.focus();
    text.select();
  });
  addEventListener("hashchange", () => restore(true));
  bar.hidden = false;
  restore(true);
})();
