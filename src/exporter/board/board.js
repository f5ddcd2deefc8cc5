// The board's script: filters as one types, lets ages go on, and brings the page up to date while it is looked at.
// The server renders; here its own pages are only compared and taken over node by node. No text is read as markup.
"use strict";

(() => {
  const EVERY = 5000; // ms from one update to the next
  const UNSEEN = 30000; // the same while the tab is in the background: its title and icon are the alarm
  const LIMIT = 10000; // ms that an update may take

  const $ = (id) => document.getElementById(id);
  const main = $("main");
  const lost = $("lost");
  let parsed = performance.now(); // when the ages of the page were true
  let title = document.title;

  // --- Times -------------------------------------------------------------------------------------------------------

  // As `words::span` of the server.
  const span = (s) =>
    s < 120 ? `${s} s` : s < 7200 ? `${Math.floor(s / 60)} min` : s < 172800 ? `${Math.floor(s / 3600)} h` : `${Math.floor(s / 86400)} days`;

  const set = (node, text) => {
    if (node.textContent !== text) node.textContent = text;
  };

  function tick() {
    const passed = (performance.now() - parsed) / 1000;
    for (const node of document.querySelectorAll("[data-age]")) {
      set(node, span(Math.floor(Number(node.dataset.age) + passed)));
    }
  }

  // The server writes UTC; people think in their own time.
  function localTimes() {
    for (const node of document.querySelectorAll("time[datetime]")) {
      const at = new Date(node.dateTime);
      if (!Number.isNaN(at.getTime())) {
        const today = at.toDateString() === new Date().toDateString();
        set(node, today ? at.toLocaleTimeString() : at.toLocaleString());
        node.title = node.dateTime;
      }
    }
  }

  // --- Filter ------------------------------------------------------------------------------------------------------

  const text = $("q");
  const group = $("group");
  const PROBLEMS = ["critical", "unknown", "warning"];
  const toggled = new Map(); // hosts that the reader has opened or folded since the filter changed: host -> open

  const query = () => new URLSearchParams(location.search);

  function filter() {
    const state = query().get("state") || "";
    const words = (text?.value || "").toLowerCase().split(/\s+/).filter(Boolean);
    const wanted = group?.value || "";
    const filtered = Boolean(state || words.length || wanted);
    let any = false;
    for (const host of document.querySelectorAll("#board > .host")) {
      let shown = false;
      for (const row of host.querySelectorAll("tbody > tr")) {
        const its = row.className;
        const found = [host.dataset.key, row.cells[0].textContent, row.cells[1].textContent, row.cells[2].textContent]
          .join(" ").toLowerCase();
        row.hidden = !((!state || state === its || (state === "problems" && PROBLEMS.includes(its))) &&
          (!wanted || (row.dataset.groups || "").split("\n").includes(wanted)) &&
          words.every((word) => found.includes(word)));
        shown ||= !row.hidden;
      }
      host.hidden = !shown;
      any ||= shown;
      const fold = host.querySelector("details");
      fold.open = toggled.get(host.dataset.key) ?? (filtered || fold.hasAttribute("data-open"));
    }
    const nothing = $("nothing");
    if (nothing) nothing.hidden = any;
    for (const link of document.querySelectorAll(".states a")) {
      const own = new URL(link.href).searchParams.get("state") || "";
      if (own === state) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
      link.href = address(own);
    }
  }

  // The board's address with what is chosen now, so that it can be kept and passed on.
  function address(state) {
    const to = new URLSearchParams();
    if (state) to.set("state", state);
    if (group?.value) to.set("group", group.value);
    if (text?.value.trim()) to.set("q", text.value);
    const written = to.toString();
    return location.pathname + (written ? `?${written}` : "");
  }

  if (text) {
    const chosen = () => {
      toggled.clear();
      history.replaceState(null, "", address(query().get("state")));
      filter();
    };
    text.form.addEventListener("submit", (event) => {
      event.preventDefault();
      chosen();
    });
    text.addEventListener("input", chosen);
    group?.addEventListener("change", chosen);
    main.addEventListener("click", (event) => {
      const link = event.target.closest(".states a");
      if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey && event.button === 0) {
        event.preventDefault();
        history.pushState(null, "", link.href);
        toggled.clear();
        filter();
      }
      const fold = event.target.closest("summary")?.parentElement;
      if (fold) toggled.set(fold.parentElement.dataset.key, !fold.open);
    });
    addEventListener("popstate", () => {
      text.value = query().get("q") || "";
      if (group) group.value = query().get("group") || "";
      filter();
    });
  }

  // --- Update ------------------------------------------------------------------------------------------------------

  // What a node is, beyond its place: the host or the check that it shows.
  const key = (node) =>
    node.dataset?.key ?? (node.localName === "tr" ? node.querySelector("a")?.getAttribute("href") : undefined);

  // Makes `old` like `fresh` and keeps every node that can stay, and with it focus, selection and scroll.
  function become(old, fresh) {
    for (const { name } of [...old.attributes]) {
      // Whether a host stands open is the reader's.
      if (!fresh.hasAttribute(name) && !(name === "open" && old.localName === "details")) old.removeAttribute(name);
    }
    for (const { name, value } of fresh.attributes) {
      if (name !== "open" && old.getAttribute(name) !== value) old.setAttribute(name, value);
    }
    const known = new Map();
    for (const child of old.children) {
      const its = key(child);
      if (its !== undefined) known.set(its, child);
    }
    let at = old.firstChild;
    for (const want of [...fresh.childNodes]) {
      const its = key(want);
      let have = its === undefined ? at : known.get(its);
      const alike = have && have.nodeName === want.nodeName && (its !== undefined || key(have) === undefined);
      if (!alike) {
        old.insertBefore(document.adoptNode(want), at);
        continue;
      }
      if (have === at) at = at.nextSibling;
      else old.insertBefore(have, at);
      if (have.nodeType === Node.TEXT_NODE) {
        if (have.data !== want.data) have.data = want.data;
      } else if (have.nodeType === Node.ELEMENT_NODE) {
        become(have, want);
      }
    }
    while (at) {
      const next = at.nextSibling;
      at.remove();
      at = next;
    }
  }

  function icon(href) {
    const link = document.querySelector("link[rel=icon]");
    if (link.getAttribute("href") !== href) link.setAttribute("href", href);
  }

  function takeOver(page) {
    const wasOn = document.activeElement;
    become(main, page.getElementById("main"));
    if (wasOn !== document.activeElement && wasOn?.isConnected) wasOn.focus({ preventScroll: true });
    const asOf = page.getElementById("as-of");
    $("as-of").dateTime = asOf.dateTime;
    parsed = performance.now();
    title = page.title;
    document.title = title;
    icon(page.querySelector("link[rel=icon]").getAttribute("href"));
    lost.hidden = true;
    document.documentElement.classList.remove("lost");
    filter();
    localTimes();
    tick();
  }

  // A board that stands still must not look like one that is well.
  function isLost(why) {
    const at = new Date($("as-of").dateTime).toLocaleTimeString();
    set(lost, `Connection lost: ${why}. This is what was known at ${at}; it may no longer be true.`);
    lost.hidden = false;
    document.documentElement.classList.add("lost");
    document.title = `? connection lost – ${title}`;
    icon("/icon/unknown.svg");
  }

  let timer;
  let asking = false;

  async function update() {
    if (asking) return;
    asking = true;
    clearTimeout(timer);
    const start = performance.now();
    try {
      const answer = await fetch(location.pathname, { cache: "no-store", signal: AbortSignal.timeout(LIMIT) });
      if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (!page.getElementById("as-of")) throw new Error("the server answered something else");
      // The first check was configured, or the last one taken out: the header is another one.
      if (Boolean(page.getElementById("q")) !== Boolean(text)) location.reload();
      else takeOver(page);
    } catch (error) {
      const silent = ["TimeoutError", "TypeError"].includes(error.name);
      isLost(silent ? "the server does not answer" : error.message);
    }
    asking = false;
    // A page that is large, or a server that is slow, is asked less often; so is one that only its tab shows.
    timer = setTimeout(update, Math.max(document.hidden ? UNSEEN : EVERY, 10 * (performance.now() - start)));
  }

  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) update();
  });
  timer = setTimeout(update, EVERY);
  setInterval(tick, 1000);
  filter();
  localTimes();
  tick();
})();
