"use strict";
// What a person decides stays in this page until it is saved; nothing is sent anywhere.
(() => {
  const items = [...document.querySelectorAll(".item")];
  const who = document.getElementById("who");
  const said = document.getElementById("said");
  const count = document.getElementById("count");
  const keysOn = document.getElementById("keys-on");
  const decided = new Map(); // item -> { value, at }, in the order in which it was decided
  const past = []; // { item, before }: what `undo` puts back
  let unsaved = false;
  let current = null; // the item that keys are about

  // Those that nobody sees: they would be refused.
  const HIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/gu;
  const cleaned = (text, keepsLines) =>
    text
      .split(/\r\n|\r|\n/u)
      .map((line) => line.replace(HIDDEN, ""))
      .join(keepsLines ? "\n" : " ")
      .normalize("NFC")
      .trim();

  const tell = (text, isBad = false) => {
    said.textContent = text;
    said.classList.toggle("bad", isBad);
  };
  const nameOf = (item) => item.dataset.name;
  const field = (item) => item.querySelector("input, textarea");
  const wasDecided = (item) => item.dataset.decided !== undefined;
  const isDone = (item) =>
    decided.has(item) ? decided.get(item).value !== null : wasDecided(item);
  const canSettle = (item) => item.dataset.sha !== undefined;

  const show = (item) => {
    const now = decided.get(item);
    item.classList.toggle("done", isDone(item));
    for (const button of item.querySelectorAll("button[data-answer]")) {
      const value = now ? now.value : item.dataset.decided;
      button.setAttribute("aria-pressed", String(button.dataset.answer === value));
    }
    const state = item.querySelector(".state");
    if (!state) return;
    if (!now) state.textContent = state.dataset.before;
    else if (now.value === null) state.textContent = "Remis en doute.";
    else state.textContent = `Décidé\u00a0: ${now.value.replace(/\n/gu, " / ")}`;
  };
  const showAll = () => {
    const able = items.filter(canSettle);
    const done = able.filter(isDone).length;
    count.textContent = `${done} ${done > 1 ? "décisions" : "décision"} sur ${able.length}`;
  };

  const put = (item, value) => {
    past.push({ item, before: decided.get(item) });
    decided.delete(item); // so that it stands last
    if (value !== undefined) decided.set(item, { value, at: stamp() });
    unsaved = decided.size > 0;
    show(item);
    showAll();
  };
  const stamp = () => new Date().toISOString().slice(0, 19) + "Z";

  const goTo = (item) => {
    if (!item) return;
    current = item;
    // A text wants to be typed; Escape leads back to the keys.
    (canSettle(item) && !isDone(item) ? (field(item) ?? item) : item).focus({ preventScroll: true });
    const box = item.getBoundingClientRect();
    const bar = document.getElementById("bar").getBoundingClientRect();
    if (box.top < Math.max(0, bar.bottom) || box.bottom > innerHeight) {
      item.scrollIntoView({ block: box.height > innerHeight / 2 ? "start" : "center" });
    }
  };
  const goFrom = (item, step) => goTo(items[items.indexOf(item) + step]);
  const goOn = (item, words) => {
    const after = [...items.slice(items.indexOf(item) + 1), ...items.slice(0, items.indexOf(item))];
    const next = after.find((one) => canSettle(one) && !isDone(one));
    const open = items.filter((one) => canSettle(one) && !isDone(one)).length;
    if (next && items.indexOf(next) > items.indexOf(item)) {
      goTo(next);
      tell(`${words} Suivant\u00a0: ${nameOf(next)}.`);
    } else if (open === 0) {
      item.focus();
      tell(`${words} Tout est décidé\u00a0: enregistrez (S).`);
    } else {
      item.focus();
      tell(`${words} C'était le dernier\u00a0; il en reste ${open} plus haut.`);
    }
  };

  const answer = (item, value) => {
    if (!item || !canSettle(item)) return;
    if (!item.querySelector(`button[data-answer="${value}"]`)) {
      tell(`${nameOf(item)}\u00a0: la réponse ${value} n'est pas prévue par ce questionnaire.`, true);
      return;
    }
    put(item, value);
    goOn(item, `${nameOf(item)}\u00a0: ${value}.`);
  };
  const isDate = (text) => {
    const found =
      /^(?<d>\d{1,2})[-/. ](?<m>\d{1,2})[-/. ](?<y>\d{4}|\d{2})$/u.exec(text) ??
      /^(?<y>\d{4})-(?<m>\d{1,2})-(?<d>\d{1,2})$/u.exec(text);
    if (!found) return false;
    const { d, m, y } = found.groups;
    const date = new Date(Date.UTC(Number(y.length === 2 ? `20${y}` : y), m - 1, d));
    return date.getUTCMonth() === m - 1 && date.getUTCDate() === Number(d);
  };
  const confirmText = (item) => {
    const box = field(item);
    const text = cleaned(box.value, box.tagName === "TEXTAREA");
    const isWrongDate = item.dataset.field === "date" && !isDate(text);
    box.setAttribute("aria-invalid", String(!text || isWrongDate));
    if (!text || isWrongDate) {
      tell(
        text
          ? `${nameOf(item)}\u00a0: écrivez une date, par exemple 12/11/2026.`
          : `${nameOf(item)}\u00a0: rien n'est écrit. Laissez en doute ce qui ne se lit pas.`,
        true,
      );
      box.focus();
      return;
    }
    box.value = text;
    box.defaultValue = text;
    put(item, text);
    goOn(item, `${nameOf(item)}\u00a0: confirmé.`);
  };
  const skip = (item) => {
    if (decided.has(item)) put(item, undefined);
    goOn(item, `${nameOf(item)}\u00a0: laissé tel quel.`);
  };
  const reopen = (item) => {
    if (!wasDecided(item)) {
      if (decided.has(item)) put(item, undefined);
      return;
    }
    put(item, null);
    tell(`${nameOf(item)}\u00a0: remis en doute.`);
  };
  const undo = () => {
    const last = past.pop();
    if (!last) {
      tell("Rien à annuler.");
      return;
    }
    decided.delete(last.item);
    if (last.before) decided.set(last.item, last.before);
    unsaved = decided.size > 0;
    show(last.item);
    showAll();
    goTo(last.item);
    tell(`${nameOf(last.item)}\u00a0: annulé.`);
  };

  const toJson = (item, { value, at }) => {
    const { sha, part, page, questionnaire, point, field: text } = item.dataset;
    const form = { sha256: sha, part: part || null, page: page ? Number(page) : null, questionnaire };
    const about = point ? { point, answer: value } : { field: text, text: value };
    return { return: form, decided_at: at, ...about };
  };
  const save = () => {
    const name = cleaned(who.value, false);
    who.setAttribute("aria-invalid", String(!name));
    if (!name) {
      tell("Indiquez d'abord votre nom\u00a0: il est gardé avec vos décisions.", true);
      who.focus();
      return;
    }
    if (!decided.size) {
      tell("Rien à enregistrer\u00a0: aucune décision n'a été prise sur cette page.", true);
      return;
    }
    const file = {
      schema_version: 1,
      decided_by: name,
      decisions: [...decided].map(([item, one]) => toJson(item, one)),
    };
    const text = `${JSON.stringify(file, null, 1)}\n`;
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
    link.download = `decisions-${stamp().replace(/:/gu, "").replace("T", "-").slice(0, 15)}.json`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
    unsaved = false;
    const left = items.filter((item) => {
      const box = field(item);
      return box && box.value !== box.defaultValue;
    }).length;
    const plural = decided.size > 1 ? "décisions enregistrées" : "décision enregistrée";
    const rest = left ? ` Attention\u00a0: ${left} texte(s) modifié(s) sans être confirmé(s).` : "";
    tell(
      `${decided.size} ${plural} dans ${link.download} (dossier Téléchargements).${rest} ` +
        `Ensuite\u00a0: formparse review --apply ${link.download}`,
      left > 0,
    );
  };

  const actions = {
    o: (item) => answer(item, "OUI"),
    n: (item) => answer(item, "NON"),
    a: (item) => answer(item, "N/A"),
    p: (item) => item && skip(item),
    r: (item) => item && reopen(item),
    u: undo,
    s: save,
    arrowright: (item) => (item ? goFrom(item, 1) : goTo(items[0])),
    arrowleft: (item) => item && goFrom(item, -1),
  };
  document.addEventListener("keydown", (event) => {
    const item = event.target.closest(".item") ?? current;
    if (event.target.matches("input, textarea, summary")) {
      const inItem = event.target.closest(".item");
      const isLine = event.target.tagName === "INPUT" || event.ctrlKey;
      if (event.key === "Enter" && inItem && isLine && event.target.tagName !== "SUMMARY") {
        event.preventDefault();
        confirmText(inItem);
      } else if (event.key === "Enter" && event.target === who) {
        goTo(items.find((one) => canSettle(one) && !isDone(one)));
      } else if (event.key === "Escape" && inItem) {
        inItem.focus({ preventScroll: true });
      }
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || !keysOn.checked) return;
    const action = actions[event.key.toLowerCase()];
    if (!action) return;
    event.preventDefault();
    action(item);
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    const item = button.closest(".item");
    if (button.dataset.answer) answer(item, button.dataset.answer);
    else if (button.dataset.do === "confirm") confirmText(item);
    else if (button.dataset.do === "skip") skip(item);
    else if (button.dataset.do === "reopen") reopen(item);
    else if (button.dataset.do === "undo") undo();
    else if (button.dataset.do === "save") save();
  });
  document.addEventListener("focusin", (event) => {
    current = event.target.closest(".item") ?? current;
  });
  addEventListener("beforeunload", (event) => {
    if (unsaved) event.preventDefault();
  });

  items.forEach(show);
  showAll();
  // The boxes stand to the right of their question: where both do not fit, they come first.
  for (const frame of document.querySelectorAll(".frame")) {
    if (frame.scrollWidth > frame.clientWidth) frame.tabIndex = 0;
    if (!frame.classList.contains("text")) frame.scrollLeft = frame.scrollWidth;
  }
})();
