// What a script adds to the demo: the page keeps itself up to date, and a light shows where a lead is.

const light = document.getElementById("light");
const box = document.querySelector(".crm .box");
let refreshing = Promise.resolve();
let waiting = false;

scrollDown();
new EventSource("/demo/events").onmessage = ({ data }) => {
  if (data === "pressed") run("to-crm");
  if (data === "received") flash();
  if (data === "card") run("to-chat");
  refresh();
};

for (const form of document.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const body = new URLSearchParams(new FormData(form, event.submitter));
    form.querySelector("input[name=text]")?.form.reset();
    await fetch(form.action, { method: "POST", body, redirect: "manual" }).catch(() => {});
    refresh();
  });
}

/** Draws what changed; several changes at once are one. */
function refresh() {
  if (waiting) return;
  waiting = true;
  refreshing = refreshing.then(async () => {
    waiting = false;
    const response = await fetch("/demo").catch(() => null);
    if (!response?.ok) return;
    const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
    for (const shown of document.querySelectorAll("[data-live]")) {
      const drawn = fresh.getElementById(shown.id);
      if (drawn !== null && drawn.innerHTML !== shown.innerHTML) {
        shown.replaceChildren(...drawn.childNodes);
      }
    }
    scrollDown();
  });
}

function scrollDown() {
  for (const chat of document.querySelectorAll(".chat")) chat.scrollTop = chat.scrollHeight;
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
