/// The script of a live page: it hears from the server what has changed, and replaces those parts.
package enum LiveScript {
  /// Its name, beside the page.
  package static let name = "dashboard.js"

  /// JavaScript for today's browsers.
  package static let text = #"""
    "use strict";
    (() => {
      const patience = 35000; // three beats of the server
      const longestDelay = 10000;
      const bar = document.getElementById("live");
      const words = document.getElementById("live-words");
      const progress = document.getElementById("live-progress");
      const time = document.getElementById("live-time");
      const main = document.getElementById("main");
      let source = null;
      let delay = 1000;
      let retry = 0;
      let silence = 0;
      let order = []; // identifier and digest of every part, as the server has them
      const fresh = new Map(); // markup that is not yet shown, by identifier

      // --- the connection ---------------------------------------------------------------------------------------

      function connect() {
        close();
        const known = [...document.querySelectorAll("[data-digest]")].map(part => `${part.id}-${part.dataset.digest}`);
        source = new EventSource(`events?have=${known.join(".")}`);
        source.addEventListener("page", event => {
          hear();
          delay = 1000;
          take(JSON.parse(event.data));
        });
        source.addEventListener("beat", hear);
        source.addEventListener("end", () => {
          // Of a finished run nothing more is to come; what has been opened again asks once more.
          if (bar.dataset.state !== "finished") return lose("The dashboard has ended. This is what it showed last.");
          close();
          say("finished", "The run has finished, and the dashboard has ended.");
        });
        source.addEventListener("error", () => lose("Connection lost. Trying again…"));
        hear();
      }

      function close() {
        clearTimeout(retry);
        clearTimeout(silence);
        if (source) source.close();
        source = null;
      }

      function hear() {
        clearTimeout(silence);
        silence = setTimeout(() => lose("Connection lost. Trying again…"), patience);
      }

      function lose(text) {
        close();
        // What was said at the end is more than that nobody answers since.
        if (bar.dataset.state !== "lost") say("lost", text);
        retry = setTimeout(connect, delay);
        delay = Math.min(delay * 2, longestDelay);
      }

      function say(state, text) {
        bar.dataset.state = state;
        if (words.textContent !== text) words.textContent = text;
      }

      // A page that nobody sees needs no connection, of which a browser has only a few to one server.
      document.addEventListener("visibilitychange", () => document.hidden ? close() : connect());
      window.addEventListener("pagehide", close);
      window.addEventListener("pageshow", event => { if (event.persisted) connect(); });

      // --- what has changed -------------------------------------------------------------------------------------

      function take(update) {
        if (update.program !== bar.dataset.program) return location.reload();
        say(update.state, update.words);
        show(update.progress);
        if (document.title !== update.title) document.title = update.title;
        order = update.parts;
        for (const [name, markup] of Object.entries(update.markup)) fresh.set(name, markup);
        if (!isSelecting()) replace();
      }

      function show(part) {
        progress.hidden = !part;
        if (!part) return;
        const meter = progress.querySelector("progress");
        [meter.max, meter.value] = [Math.max(part.total, 1), part.done];
        progress.querySelector("span").textContent = part.words;
      }

      // Text that is marked to be copied stays until it is marked no more.
      function isSelecting() {
        const selection = document.getSelection();
        return selection && !selection.isCollapsed && main.contains(selection.anchorNode);
      }

      document.addEventListener("selectionchange", () => { if (fresh.size > 0 && !isSelecting()) replace(); });

      function replace() {
        const names = order.map(([name]) => name);
        const keepPlace = anchor();
        let hasChanged = false;
        order.forEach(([name, digest], index) => {
          const old = document.getElementById(name);
          if (!fresh.has(name) || (old && old.dataset.digest === digest)) return;
          const part = element(fresh.get(name));
          if (old) {
            const memory = remember(old);
            old.replaceWith(part);
            restore(part, memory);
          } else {
            const next = names.slice(index + 1).map(later => document.getElementById(later))
              .find(later => later && later.parentNode === main);
            main.insertBefore(part, next || null);
          }
          hasChanged = true;
        });
        for (const part of [...main.children]) if (!names.includes(part.id)) part.remove();
        fresh.clear();
        keepPlace();
        if (hasChanged) time.textContent = `updated ${new Date().toLocaleTimeString()}`;
      }

      function element(markup) {
        const template = document.createElement("template");
        template.innerHTML = markup;
        return template.content.firstElementChild;
      }

      // --- what the reader has done with the page ---------------------------------------------------------------

      const nameOf = {
        details: fold => fold.querySelector("summary").textContent,
        ".scroll": view => view.getAttribute("aria-label"),
        "a, summary, .scroll": stop => stop.getAttribute("aria-label") || stop.textContent,
      };

      function list(part, selector) { return [...part.querySelectorAll(selector)]; }

      function remember(part) {
        const stops = list(part, "a, summary, .scroll");
        const focus = stops.indexOf(document.activeElement);
        return {
          folds: list(part, "details").map(fold => [nameOf.details(fold), fold.open]),
          views: list(part, ".scroll").map(view => [nameOf[".scroll"](view), [view.scrollLeft, view.scrollTop]]),
          focus: focus < 0 ? null : [nameOf["a, summary, .scroll"](stops[focus]), focus],
        };
      }

      function restore(part, memory) {
        // Before the views: what is folded away cannot be scrolled.
        carry(list(part, "details"), memory.folds, nameOf.details, (fold, isOpen) => { fold.open = isOpen; });
        carry(list(part, ".scroll"), memory.views, nameOf[".scroll"], (view, [left, top]) => {
          view.scrollLeft = left;
          view.scrollTop = top;
        });
        if (!memory.focus) return;
        const [name, index] = memory.focus;
        const stops = list(part, "a, summary, .scroll");
        const same = stops.find(stop => nameOf["a, summary, .scroll"](stop) === name) || stops[index];
        if (same) same.focus({ preventScroll: true });
      }

      // By name; where the name has changed, by place.
      function carry(elements, memories, name, act) {
        const byName = new Map(memories);
        elements.forEach((element, index) => {
          const found = byName.has(name(element)) ? byName.get(name(element)) : (memories[index] || [])[1];
          if (found !== undefined) act(element, found);
        });
      }

      // Keeps what stands at the top of the window where it is, whatever grows above it.
      function anchor() {
        if (window.scrollY <= 0) return () => {};
        const selector = "header, nav, section, h3, figure, details";
        const edge = bar.getBoundingClientRect().bottom + 4;
        const mark = list(document.body, selector).filter(one => one.getBoundingClientRect().top <= edge).pop();
        if (!mark) return () => {};
        const part = mark.closest("[data-digest]");
        const kin = () => {
          const now = document.getElementById(part.id);
          return now ? [now, ...list(now, selector)] : [];
        };
        const place = kin().indexOf(mark);
        const top = mark.getBoundingClientRect().top;
        return () => {
          const now = kin()[place] || kin()[0];
          if (now) window.scrollBy(0, now.getBoundingClientRect().top - top);
        };
      }

      if (!document.hidden) connect();
    })();

    """#
}
