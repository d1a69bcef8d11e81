// The task drawer: a modal dialog that guards what was typed and gives the focus back to its card.
const host = document.getElementById("drawer");
const drawer = () => host?.querySelector("[data-drawer]");

const toasts = document.getElementById("toasts");

// a modal dialog makes everything else inert, toasts as well: while it is open they live in it
document.addEventListener("htmx:before:swap", ({ detail }) => {
  if (detail.ctx?.target === host) document.body.append(toasts);
});
document.addEventListener("htmx:after:swap", ({ detail }) => {
  const dialog = drawer();
  if (dialog && !dialog.open) {
    dialog.showModal();
    dialog.append(toasts);
    const zone = dialog.querySelector("[data-zone]");
    if (zone) zone.value = Intl.DateTimeFormat().resolvedOptions().timeZone;
  }
  if (detail.ctx?.response?.status === 422) mark(dialog);
});
document.addEventListener("drawer:close", close);

function close() {
  const dialog = drawer();
  if (!dialog) return;
  const card = `#main [data-task-id="${dialog.dataset.taskId}"]`;
  document.body.append(toasts);
  dialog.close();
  host.replaceChildren();
  document.querySelector(`${card} .card__open`)?.focus();
}

function mark(dialog) {
  for (const place of dialog?.querySelectorAll(".field__error") ?? []) {
    const field = document.getElementById(place.id.replace("-error", ""));
    field?.setAttribute("aria-invalid", Boolean(place.textContent.trim()));
  }
  dialog?.querySelector("[aria-invalid=true]")?.focus();
}

function ask(shown) {
  const box = drawer().querySelector("[data-ask]");
  box.hidden = !shown;
  (shown ? box : drawer()).querySelector(shown ? "[data-keep]" : "#task-title").focus();
}

function leave() {
  if (drawer().dataset.dirty) ask(true);
  else close();
}

function touch() {
  const dialog = drawer();
  dialog.dataset.dirty = "1";
  dialog.querySelector("[data-dirty]").hidden = false;
  for (const button of dialog.querySelectorAll("[data-when-clean]")) button.disabled = true;
}

function addTags(input, text) {
  const known = [...input.parentNode.querySelectorAll(".chip input")].map((one) => one.value);
  for (const tag of text.split(",").map((one) => one.trim())) {
    if (!tag || known.includes(tag)) continue;
    const chip = input.parentNode.querySelector("template").content.cloneNode(true);
    chip.querySelector("input").value = chip.querySelector("span span").textContent = tag;
    const button = chip.querySelector("button");
    button.setAttribute("aria-label", `${button.getAttribute("aria-label")} ${tag}`);
    input.before(chip);
  }
  input.value = "";
}

function removeTag(chip, input) {
  chip?.remove();
  input.focus();
  touch();
}

host?.addEventListener("click", ({ target }) => {
  const hit = (what) => target.closest(`[data-${what}]`);
  if (target === drawer() || hit("close")) leave();
  else if (hit("discard")) close();
  else if (hit("keep")) ask(false);
  else if (hit("remove")) removeTag(target.closest(".chip"), host.querySelector(".chips__input"));
  else if (hit("clear")) {
    const field = document.getElementById(hit("clear").dataset.clear);
    field.value = "";
    field.focus();
    touch();
  }
});

host?.addEventListener("keydown", (event) => {
  const { key, target } = event;
  const input = target.closest(".chips__input");
  const picker = target.closest("[data-picker]");
  if (key === "Escape") leave();
  else if (input && (key === "," || (key === "Enter" && input.value.trim()))) addTags(input, input.value);
  else if (input && key === "Backspace" && !input.value) return removeTag([...input.parentNode.querySelectorAll(".chip")].pop(), input);
  else if (picker && key === "Enter" && target.type === "radio") {
    picker.open = false;
    picker.querySelector("summary").focus();
  } else return;
  event.preventDefault();
});

host?.addEventListener("input", ({ target }) => {
  if (target.type === "search") return;
  if (target.matches(".chips__input") && target.value.includes(",")) addTags(target, target.value);
  touch();
});

// before htmx looks: what was picked has to be in the form when the stages of a project are asked for
host?.addEventListener("change", ({ target }) => {
  const picker = target.type === "radio" && target.closest("[data-picker]");
  if (!picker) return;
  picker.querySelector("[data-value]").value = target.value;
  picker.querySelector("[data-chosen]").textContent = target.closest("label").querySelector("[data-name]").textContent;
}, true);

// the journal shows times and days of whoever reads it
document.addEventListener("htmx:config:request", ({ detail: { ctx } }) => {
  const { action, method, body } = ctx.request;
  if (method === "GET" && action.startsWith("/journal")) body.set("offset", -new Date().getTimezoneOffset());
});
