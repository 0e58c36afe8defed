// What a script adds to the demo: the page keeps itself up to date, keeps focus and place while it does, and a light
// shows where a lead is.

const light = document.getElementById("light");
const box = document.querySelector(".box");
const toast = document.getElementById("toast");
const chats = document.querySelectorAll(".chat");
let refreshing = Promise.resolve();
let waiting = false;
let events;

listen();
// A browser opens few connections to one host: a tab that is not seen needs none.
document.addEventListener("visibilitychange", () => {
  if (document.hidden) return events.close();
  listen();
  refresh();
});

function listen() {
  events?.close();
  events = new EventSource("/demo/events");
  events.onmessage = ({ data }) => {
    if (data === "pressed") run("to-crm");
    if (data === "received") flash();
    if (data === "card") run("to-chat");
    refresh();
  };
  events.onopen = () => {
    if (toast.textContent === toast.dataset.stopped) toast.hidden = true;
    refresh();
  };
  events.onerror = () => {
    say(toast.dataset.stopped);
    // A refused connection is tried again by the browser, an answer such as 503 is not.
    if (events.readyState === EventSource.CLOSED) setTimeout(listen, 2_000);
  };
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (form.method !== "post") return;
  event.preventDefault();
  const { submitter } = event;
  const body = new URLSearchParams(new FormData(form, submitter));
  const field = form.querySelector("input[name=text]");
  const typed = field?.value;
  if (field) field.value = "";
  form.closest("details")?.removeAttribute("open");
  const response = await fetch(form.action, { method: "POST", body, redirect: "manual" })
    .catch(() => null);
  if (response?.status >= 400) {
    if (field) field.value = typed;
    say(toast.dataset.refused);
  } else if (response) {
    toast.hidden = true;
    if (form.matches(".guest")) form.reset();
  }
  await refresh();
  if (form.matches(".say, .shortcuts")) scrollDown(form.closest(".device").querySelector(".chat"));
  if (submitter?.name === "reply" || submitter?.name === "edit") {
    form.closest(".device").querySelector("input[name=text]").focus();
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const device = event.target.closest?.(".device");
  device?.querySelector("[name=dismiss], [name=none]")?.click();
});

/** Draws what changed; several changes at once are one. */
function refresh() {
  if (waiting) return refreshing;
  waiting = true;
  refreshing = refreshing.then(async () => {
    waiting = false;
    const response = await fetch("/demo").catch(() => null);
    if (!response?.ok) return;
    const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
    for (const shown of document.querySelectorAll("[data-live]")) {
      const drawn = fresh.getElementById(shown.id);
      if (drawn !== null) bringUpToDate(shown, drawn);
    }
    for (const shown of document.querySelectorAll("input[name=text]")) {
      bringFieldUpToDate(shown, fresh.getElementById(shown.id));
    }
  });
  return refreshing;
}

/** Replaces only children that differ, so that focus, selection and animations of the others stay. */
function bringUpToDate(shown, drawn) {
  if (shown.innerHTML === drawn.innerHTML) return;
  const isOther = shown.dataset.who !== drawn.dataset.who;
  const newest = newestIn(shown);
  const focused = document.activeElement;
  const hadFocus = shown.contains(focused) && focused !== shown;
  const old = new Map([...shown.children].map((each) => [each.id, each]));
  const children = [...drawn.children].map((child) => {
    const there = child.id === "" ? undefined : old.get(child.id);
    return there?.outerHTML === child.outerHTML ? there : child;
  });
  for (const each of [...shown.childNodes]) if (!children.includes(each)) each.remove();
  children.forEach((child, index) => {
    if (shown.children[index] !== child) shown.insertBefore(child, shown.children[index] ?? null);
  });
  if (isOther) {
    shown.dataset.who = drawn.dataset.who;
    scrollDown(shown.closest(".chat"));
  }
  if (hadFocus && !shown.contains(document.activeElement)) focusAgain(shown, focused);
  if (newestIn(shown) !== newest) announce(shown);
  const alert = shown.querySelector("[role=alertdialog] button");
  if (alert !== null && shown.closest(".device").contains(focused)) alert.focus();
}

/** The same button of the new drawing, else what it was in. */
function focusAgain(shown, gone) {
  const same = [...shown.querySelectorAll("button")].find((each) =>
    each.name === gone.name && each.value === gone.value
  );
  const near = same ?? shown.closest(".device")?.querySelector(".chat") ??
    shown.querySelector("button");
  near?.focus({ preventScroll: true });
}

/** A text to be edited comes into its field; what is being typed stays. */
function bringFieldUpToDate(shown, drawn) {
  if (drawn === null) return;
  shown.placeholder = drawn.placeholder;
  if (shown.defaultValue === drawn.defaultValue) return;
  shown.defaultValue = drawn.defaultValue;
  shown.value = drawn.defaultValue;
}

/** The newest message of a chat, or the newest thing that the CRM has got; undefined for any other part. */
function newestIn(part) {
  if (part.matches(".messages")) return part.lastElementChild?.id;
  return part.matches("ol") ? part.firstElementChild?.id : undefined;
}

/** Marks the tab of a place that is not seen. */
function announce(part) {
  const place = part.closest("section");
  if (place.offsetParent !== null) return;
  const dot = document.querySelector(`.tabs a[href="#${place.id}"] .dot`);
  if (dot !== null) dot.hidden = false;
}

addEventListener("hashchange", showPlace);
showPlace();

function showPlace() {
  const target = document.getElementById(location.hash.slice(1));
  const place = target?.closest(".stage > section")?.id ?? "visitor";
  for (const tab of document.querySelectorAll(".tabs a")) {
    const isShown = tab.hash === `#${place}`;
    if (!isShown) tab.removeAttribute("aria-current");
    else {
      tab.setAttribute("aria-current", "true");
      tab.querySelector(".dot").hidden = true;
    }
  }
  if (target?.matches(".message")) return target.scrollIntoView({ block: "nearest" });
  for (const chat of chats) scrollDown(chat);
}

function scrollDown(chat) {
  chat.scrollTop = 0; // The end of what is laid out in reverse.
}

function say(words) {
  toast.textContent = words;
  toast.hidden = false;
}

function run(name) {
  light.className = "light";
  void light.offsetWidth; // Begins the animation anew.
  light.classList.add(name);
}

function flash() {
  box.classList.remove("flash");
  void box.offsetWidth;
  box.classList.add("flash");
}
