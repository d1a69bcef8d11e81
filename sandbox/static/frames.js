/* The portal's side of an application frame: opening it and answering its messages.

   A frame is opened by a form posted into an iframe whose name is `HOST[:port]|protocol|APP_SID`; the
   child's library starts from that name alone. Messages are `command:JSON:callback:APP_SID`, answers are
   `callback:JSON`. Only the origin the frame was launched at, in the frame itself, with its own sid is
   listened to. */

const frames = new Map(); // APP_SID -> Frame

/** POST JSON to an address of the shell; resolves to the answer, rejects on any other status than 2xx. */
export async function ask(address, body = {}) {
  const person = Number(document.body.dataset.person);
  const lang = document.documentElement.lang;
  const response = await fetch(address, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ person, lang, ...body }),
  });
  if (!response.ok) throw new Error(`${address}: ${response.status}`);
  return response.json();
}

/** One opened application frame. `launch` is what `/_shell/launch` answers; `host` is the element around it. */
export class Frame {
  constructor(host, launch, { onClose = null } = {}) {
    this.host = host;
    this.onClose = onClose;
    this.start(launch);
  }

  /** Show the address of `launch` in a new iframe; the old one, if any, goes. */
  start(launch) {
    this.forget();
    this.launch = launch;
    this.origin = new URL(launch.url).origin;
    this.element = document.createElement('iframe');
    this.element.className = 'app-frame';
    this.element.name = launch.name;
    this.element.title = launch.title;
    this.host.replaceChildren(this.element);
    frames.set(launch.sid, this);
    submit(launch);
  }

  forget() {
    if (this.launch) frames.delete(this.launch.sid);
  }

  /** Send the answer, unless the frame is gone by now. */
  answer(callback, value) {
    if (!callback) return;
    this.element.contentWindow?.postMessage(`${callback}:${JSON.stringify(value)}`, this.origin);
  }

  /** Launch again where the frame stands; `changes` overrides what was asked for. */
  async reload(changes = {}) {
    this.start(await ask('/_shell/launch', { ...this.launch.wish, ...changes }));
  }
}

function submit(launch) {
  const form = document.createElement('form');
  form.method = 'post';
  form.action = launch.url;
  form.target = launch.name;
  form.hidden = true;
  for (const [name, value] of Object.entries(launch.form)) {
    const input = document.createElement('input');
    input.type = 'hidden';
    input.name = name;
    input.value = value;
    form.append(input);
  }
  document.body.append(form);
  form.submit();
  form.remove();
}

/** `command:JSON:callback:APP_SID`; JSON and callback may be empty, JSON may hold colons. */
export function parseMessage(text) {
  const parts = text.split(':');
  if (parts.length < 3) return null;
  const sid = parts.pop();
  const command = parts.shift();
  const callback = parts.pop();
  const json = parts.join(':');
  try {
    return { command, callback, sid, params: json ? JSON.parse(json) : {} };
  } catch {
    return null;
  }
}

function heard(event) {
  const message = typeof event.data === 'string' ? parseMessage(event.data) : null;
  const frame = message && frames.get(message.sid);
  if (!frame || event.origin !== frame.origin || event.source !== frame.element.contentWindow) return;
  const command = Object.hasOwn(commands, message.command) ? commands[message.command] : null;
  if (!command) return;
  const reply = (value) => frame.answer(message.callback, value);
  Promise.resolve(command(frame, message.params, reply)).catch((error) => {
    console.warn(`${message.command}: ${error.message}`);
    reply(false);
  });
}

const commands = {
  getInitData: async (frame, params, reply) => {
    const { AUTH_ID, AUTH_EXPIRES, REFRESH_ID } = frame.launch.form;
    const context = await ask('/_shell/init', { wish: frame.launch.wish });
    reply({ ...context, AUTH_ID, AUTH_EXPIRES, REFRESH_ID });
  },
  setInstall: (frame, params, reply) => reply(params),
  setInstallFinish: async (frame) => {
    await ask('/_shell/install-finish');
    await frame.reload({ install: false, placement: 'DEFAULT', options: {} });
    document.dispatchEvent(new CustomEvent('portal:installed'));
  },
  resizeWindow: (frame, params, reply) => {
    const { width, height } = params;
    if (Number(height) > 0) frame.element.style.height = `${Math.ceil(Number(height))}px`;
    frame.element.style.width = typeof width === 'number' || /^\d+$/.test(width) ? `${width}px` : '100%';
    reply({ width, height });
  },
  setTitle: (frame, params, reply) => {
    const heading = frame.host.closest('[data-titled]')?.querySelector('[data-title]');
    if (heading) heading.textContent = params.title;
    reply(params);
  },
  setScroll: (frame, params, reply) => {
    window.scrollTo(window.scrollX, Number(params.scroll));
    reply(params);
  },
  setUserOption: async (frame, params, reply) => {
    await ask('/_shell/option', { kind: 'user', name: params.name, value: params.value });
    reply(params);
  },
  setAppOption: async (frame, params, reply) => {
    await ask('/_shell/option', { kind: 'app', name: params.name, value: params.value });
    reply(params);
  },
  refreshAuth: async (frame, params, reply) => {
    const fresh = await ask('/_shell/auth');
    Object.assign(frame.launch.form, fresh);
    reply(fresh);
  },
  openPath: (frame, params, reply) => {
    const path = new URL(params.path, location.origin);
    if (path.origin !== location.origin || !/^\/(company|workgroups)\//.test(path.pathname)) {
      reply({ result: 'error', errorCode: 'PATH_NOT_AVAILABLE' });
      return;
    }
    sliders.openPath(path, () => reply({ result: 'close' }));
  },
  openApplication: async (frame, params, reply) => {
    await sliders.openApplication({ placement: 'DEFAULT', options: params }, () => reply({}));
  },
  closeApplication: (frame, params, reply) => {
    frame.onClose?.();
    reply({});
  },
  reloadWindow: () => location.reload(),
  getInterface: (frame, params, reply) => reply({ command: ['getInterface'], event: [] }),
};

let sliders = null;

/** Start listening; `sliderHost` opens the right-hand panels (see sliders.js). */
export function listen(sliderHost) {
  sliders = sliderHost;
  window.addEventListener('message', heard);
}
