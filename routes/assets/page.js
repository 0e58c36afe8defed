// What the script adds to pages that work without it: live preview, counters, copying, a question before leaving, leads that
// update in place.

const QUIET_MS = 250;

/** When a lead that is being sent is polled, in ms; a CRM may take two minutes. */
const LOOKS_MS = [1000, 1000, 2000, 3000, 5000, 8000, 10000, 15000, 20000, 30000, 30000];

/** So many looks without an answer in a row: the bot is away for longer than a restart. */
const MOST_FAILURES = 5;

/** Most leads that are polled, so that a long list costs the bot little. */
const MOST_WATCHED = 5;

const form = document.querySelector("form[data-preview]");
if (form !== null) {
  keepPreview(form);
  guard(form);
}
for (const part of document.querySelectorAll("[data-upload]")) keepUpload(part);
document.addEventListener("input", ({ target }) => count(target));
document.addEventListener("submit", ({ submitter }) => showBusy(submitter));
document.addEventListener("submit", decideInPlace);
[...document.querySelectorAll("[data-fresh]")].slice(0, MOST_WATCHED).forEach(watch);
for (const button of document.querySelectorAll("[data-copy], [data-copy-of]")) offerCopy(button);
for (const field of document.querySelectorAll("[data-suggested]")) suggest(field);
// With a fragment in the address, browsers scroll there after loading.
if (location.hash !== "") addEventListener("load", () => setTimeout(focusFirst));

function focusFirst() {
  document.querySelector("[autofocus]")?.focus();
}

/** Updates the preview from the server while typing, and scrolls it to the part in focus. */
function keepPreview(form) {
  let timer;
  let pressed = "press:0";
  let asked = 0;

  async function refresh() {
    const mine = asked += 1;
    const body = new URLSearchParams(new FormData(form));
    body.set("do", pressed);
    body.delete("photo"); // A file is no text.
    const response = await fetch(form.dataset.preview, { method: "POST", body }).catch(() => null);
    if (!response?.ok || mine !== asked) return;
    const drawn = new DOMParser().parseFromString(await response.text(), "text/html");
    const fresh = drawn.getElementById("preview");
    const shown = document.getElementById("preview");
    if (fresh === null || shown === null || mine !== asked) return;
    const { scrollTop } = shown;
    shown.replaceChildren(...fresh.childNodes);
    shown.scrollTop = scrollTop;
    follow(document.activeElement);
  }

  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(refresh, QUIET_MS);
  });
  form.addEventListener("focusin", ({ target }) => follow(target));
  document.getElementById("preview")?.addEventListener("click", (event) => {
    const button = event.target.closest("button[name=do]");
    if (button === null) return;
    event.preventDefault();
    pressed = button.value;
    refresh();
  });
}

/** Longest side that a photo is made smaller to, in pixels: more than Telegram shows. */
const LONGEST_SIDE = 2560;

/** Uploads a photo that is chosen, dropped or pasted, and draws the form's part for it again. */
function keepUpload(part) {
  part.classList.add("scripted");
  let chosen = 0;

  async function upload(file) {
    const mine = chosen += 1;
    const { upload: path, most, uploading, failed } = part.dataset;
    // Until it is uploaded it goes with the form.
    const held = new DataTransfer();
    held.items.add(file);
    part.querySelector("input[type=file]").files = held.files;
    const status = part.querySelector("[data-upload-status]");
    status.textContent = uploading;
    part.setAttribute("aria-busy", "true");
    const photo = file.size > Number(most) ? await smaller(file).catch(() => file) : file;
    const body = new FormData(part.form);
    body.set("photo", photo, "photo");
    const response = await fetch(path, { method: "POST", body }).catch(() => null);
    const text = response?.ok || response?.status === 422 ? await response.text() : "";
    if (mine !== chosen) return; // Another was chosen meanwhile.
    const fresh = new DOMParser().parseFromString(text, "text/html").getElementById(part.id);
    part.removeAttribute("aria-busy");
    if (fresh === null) return void (status.textContent = failed);
    const { form } = part;
    const counter = document.querySelector('[data-counts="caption"]');
    counter.dataset.most = fresh.dataset.captionMost;
    count(form.elements.caption);
    part.replaceWith(fresh);
    keepUpload(fresh);
    fresh.querySelector("input[type=file]").focus({ preventScroll: true });
    form.dispatchEvent(new Event("input", { bubbles: true })); // The form has changed, and its preview.
  }

  part.addEventListener("change", ({ target }) => {
    if (target.type === "file" && target.files.length > 0) upload(target.files[0]);
  });
  for (const type of ["dragenter", "dragover"]) {
    part.addEventListener(type, (event) => {
      if (![...event.dataTransfer.types].includes("Files")) return;
      event.preventDefault();
      part.classList.add("dropping");
    });
  }
  part.addEventListener("dragleave", ({ relatedTarget }) => {
    if (!part.contains(relatedTarget)) part.classList.remove("dropping");
  });
  part.addEventListener("drop", (event) => {
    part.classList.remove("dropping");
    const [file] = event.dataTransfer.files;
    if (file === undefined) return;
    event.preventDefault();
    upload(file);
  });
  const paste = (event) => {
    if (!part.isConnected) return document.removeEventListener("paste", paste);
    const file = [...event.clipboardData.files].find(({ type }) => type.startsWith("image/"));
    if (file === undefined) return;
    event.preventDefault();
    upload(file);
  };
  document.addEventListener("paste", paste);
}

/** A photo with fewer pixels: a camera's may be too heavy. */
async function smaller(file) {
  const picture = await createImageBitmap(file);
  const scale = Math.min(1, LONGEST_SIDE / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(picture.width * scale);
  canvas.height = Math.round(picture.height * scale);
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  return await new Promise((resolve, reject) =>
    canvas.toBlob((blob) => blob === null ? reject() : resolve(blob), "image/jpeg", 0.9)
  );
}

/** Fills a field with the suggestion for the form's name until it is edited. */
function suggest(field) {
  const { name } = field.form.elements;
  let timer;
  let own = false;
  field.addEventListener("input", () => own = field.value !== "");
  name.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(async () => {
      const asked = name.value;
      if (own || asked.trim() === "") return;
      const address = `${field.dataset.suggested}?${new URLSearchParams({ name: asked })}`;
      const response = await fetch(address).catch(() => null);
      if (!response?.ok) return;
      const key = await response.text();
      if (!own && name.value === asked) field.value = key;
    }, QUIET_MS);
  });
}

/** Highlights the preview's part for the field in focus, and scrolls to it. */
function follow(field) {
  const preview = document.getElementById("preview");
  for (const part of preview?.querySelectorAll(".here") ?? []) part.classList.remove("here");
  if (preview === null || !field?.name) return;
  const nth = [...field.form?.querySelectorAll(`[name="${field.name}"]`) ?? []].indexOf(field);
  const parts = preview.querySelectorAll(`[data-part~="${field.name}"]`);
  const part = parts[Math.max(nth, 0)] ?? parts[0];
  if (part === undefined) return;
  part.classList.add("here");
  const [outer, inner] = [preview.getBoundingClientRect(), part.getBoundingClientRect()];
  if (inner.top < outer.top || inner.bottom > outer.bottom) {
    preview.scrollTop += inner.top - outer.top - 16;
  }
}

/** Asks before leaving with unsaved changes. */
function guard(form) {
  let unsaved = "unsaved" in form.dataset;
  form.addEventListener("input", () => unsaved = true);
  document.addEventListener("submit", ({ target }) => {
    if (target === form) unsaved = false;
  });
  addEventListener("beforeunload", (event) => {
    if (unsaved) event.preventDefault();
  });
}

/** Counts UTF-16 units, as Telegram does. */
function count(field) {
  const counter = document.querySelector(`[data-counts="${CSS.escape(field.id ?? "")}"]`);
  if (counter === null) return;
  const most = Number(counter.dataset.most);
  counter.textContent = `${field.value.length}/${most}`;
  counter.classList.toggle("over", field.value.length > most);
}

function showBusy(button) {
  if (button?.dataset.busy === undefined) return;
  button.textContent = button.dataset.busy;
  button.setAttribute("aria-busy", "true");
}

function offerCopy(button) {
  if (navigator.clipboard === undefined) return;
  const { textContent } = button;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const { copy, copyOf } = button.dataset;
    await navigator.clipboard.writeText(copy ?? document.getElementById(copyOf).textContent);
    button.textContent = button.dataset.copied;
    setTimeout(() => button.textContent = textContent, 2000);
  });
}

/** Sends a decision about a lead and shows the result in place. */
async function decideInPlace(event) {
  const { target: form, submitter } = event;
  const part = form.closest('[id^="lead-"]');
  if (!form.matches(".lead-actions") || part === null) return;
  event.preventDefault();
  if (form.hasAttribute("aria-busy")) return;
  form.setAttribute("aria-busy", "true");
  const body = new URLSearchParams(new FormData(form, submitter));
  body.set("script", "yes");
  const drawn = await draw(form.action, { method: "POST", body });
  // Never repeated automatically: that could create a second deal.
  if (drawn === null || drawn === "logged out" || swap(part, drawn) === null) {
    return location.reload();
  }
}

/** Follows a lead that is being sent until its outcome is known; when that cannot be learned, its row says so. */
async function watch(part) {
  let failures = 0;
  for (const ms of LOOKS_MS) {
    await whileSeen(ms);
    if (!part.isConnected) return;
    const look = await draw(part.dataset.fresh);
    if (look === "logged out") return giveUp(part, "loggedOut");
    if (look === null) {
      if (++failures === MOST_FAILURES) return giveUp(part, "lost");
      continue;
    }
    failures = 0;
    const fresh = look.getElementById(part.id);
    if (fresh?.dataset.fresh !== undefined) continue;
    if (swap(part, look) === null) giveUp(part, "lost");
    return;
  }
  giveUp(part, "late");
}

/** Resolves after some ms, and not before the page is seen: a forgotten tab asks nothing. */
async function whileSeen(ms) {
  await new Promise((resolve) => setTimeout(resolve, ms));
  while (document.hidden) {
    await new Promise((resolve) =>
      document.addEventListener("visibilitychange", resolve, { once: true })
    );
  }
}

/** Says in a lead's row that nothing more will be learned here, and what to press. */
function giveUp(part, why) {
  if (!part.isConnected) return;
  const told = document.getElementById("told");
  if (told === null) return location.reload();
  const [text, press] = told.dataset[why].split("|");
  let note = part.querySelector(".lead-note");
  if (note === null) part.append(note = document.createElement("p"));
  const link = document.createElement("a");
  link.href = location.href;
  link.textContent = press;
  link.addEventListener("click", (event) => {
    event.preventDefault();
    location.reload(); // With a fragment in the address a link would load nothing.
  });
  note.className = "lead-note warning";
  note.replaceChildren(text, " ", link);
  told.textContent = text;
}

/** The page at an address; null if it cannot be fetched, "logged out" if the login came in its place. */
async function draw(path, options) {
  const response = await fetch(path, options).catch(() => null);
  if (response?.redirected && new URL(response.url).pathname === "/login") return "logged out";
  if (!response?.ok) return null;
  const text = await response.text().catch(() => null);
  return text === null ? null : new DOMParser().parseFromString(text, "text/html");
}

/** Replaces a lead, and what counts it, by their versions in another page; keeps the focus. */
function swap(part, drawn) {
  const fresh = drawn.getElementById(part.id);
  if (fresh === null) return null;
  const hadFocus = part.contains(document.activeElement);
  // A row without its buttons is lower: the rows below must not come up under a finger.
  if (part.matches("li")) fresh.style.minHeight = `${part.offsetHeight}px`;
  part.replaceWith(fresh);
  for (const counts of ["#open-cards", ".chips"]) {
    const drawnCounts = drawn.querySelector(counts);
    if (drawnCounts !== null) document.querySelector(counts)?.replaceWith(drawnCounts);
  }
  if (hadFocus) {
    // While it is being sent the next button is another one: a second Enter must not press that.
    const isSending = fresh.dataset.fresh !== undefined;
    const next = isSending ? null : fresh.querySelector(".lead-actions button:enabled");
    (next ?? fresh.querySelector("a"))?.focus({ preventScroll: true });
  }
  const told = document.getElementById("told");
  const text = fresh.querySelector("[data-told]")?.textContent;
  if (told !== null && text) told.textContent = text;
  if (fresh.dataset.fresh !== undefined) watch(fresh);
  return fresh;
}
