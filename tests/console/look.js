// Runs in every page that the tests look at: `look` tells what eyes would see. Put there past the page's own policy.

window.look = {
  /** How much has moved since the document was opened, and what. */
  shift: () =>
    new Promise((done) => {
      const told = { sum: 0, parts: [] };
      const add = (entries) => {
        for (const entry of entries.filter(({ hadRecentInput }) => !hadRecentInput)) {
          told.sum += entry.value;
          told.parts.push(...entry.sources.map(({ node }) => `${entry.value.toFixed(3)} ${nameOf(node)}`));
        }
      };
      const observer = new PerformanceObserver((list) => add(list.getEntries()));
      observer.observe({ type: "layout-shift", buffered: true });
      requestAnimationFrame(() =>
        setTimeout(() => {
          add(observer.takeRecords());
          done(told);
        }),
      );
    }),

  /** What axe finds serious or critical, by all rules or some. */
  violations: async (rules) => {
    const runOnly = rules.length ? { runOnly: { type: "rule", values: rules } } : {};
    const { violations } = await window.axe.run(document, { resultTypes: ["violations"], ...runOnly });
    const grave = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
    return grave.flatMap(({ id, impact, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${impact} ${id} at ${target.join(" ")}: ${failureSummary}`),
    );
  },

  /** Change the language, as the page's menu does. */
  speak: async (language) => {
    const loaded = performance.getEntriesByType("resource");
    const { name } = loaded.find((entry) => entry.name.endsWith("/app/kit/words.js"));
    await (await import(name)).speak(language);
  },

  /** Texts that are names of texts. */
  keys: () => {
    const texts = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) if (!walker.currentNode.parentElement.closest("script")) texts.push(walker.currentNode.data);
    for (const name of ["aria-label", "placeholder", "title"])
      for (const element of document.body.querySelectorAll(`[${name}]`)) texts.push(element.getAttribute(name));
    const areas = /^(kit|shell|entrance|profile|softphone|wallboard|campaigns|imports|leads|dnc|people|numbers|settings|audit|office|device)\.(?!csv$)[\w.-]+$/;
    return texts.filter((text) => areas.test(text.trim()) || /(^|[^{])\{(n|name|time|total|from|to|at)\}/.test(text));
  },

  /** Whether the page has to be moved sideways, and for what. */
  tooWide: () => {
    const wide = document.documentElement.scrollWidth - innerWidth;
    if (wide <= 0) return [];
    const all = [...document.body.querySelectorAll("*")];
    const outside = all.filter((element) => element.getBoundingClientRect().right > innerWidth + 1);
    return [`${wide} px too wide: ${outside.slice(0, 4).map(nameOf).join(", ")}`];
  },
};

function nameOf(node) {
  return node ? `${node.nodeName.toLowerCase()}.${node.className || node.id}` : "(gone)";
}
