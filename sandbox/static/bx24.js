/* The `BX24` script of the stand-in portal, for the page inside the frame.

   Everything it needs at first is in `window.name` (`HOST[:port]|protocol|APP_SID`); it uses no cookies
   and no web storage, which a frame from another site does not have, and no eval. */

(() => {
  'use strict';

  const [host = '', protocol = '0', sid = ''] = window.name.split('|');
  const secure = protocol === '1';
  const origin = `${secure ? 'https' : 'http'}://${host}`;
  const waiting = new Map(); // callback name -> function
  const readyQueue = [];
  let counter = 0;
  let data = null; // what getInitData answered, kept current by refreshAuth
  let expires = 0;
  let initialising = null;
  const installHandlers = [];

  function send(command, params, callback) {
    let name = '';
    if (callback) {
      name = `bx24_${++counter}_${Math.random().toString(36).slice(2)}`;
      waiting.set(name, callback);
    }
    const json = params === undefined || params === null ? '' : JSON.stringify(params);
    window.parent.postMessage(`${command}:${json}:${name}:${sid}`, origin);
  }

  window.addEventListener('message', (event) => {
    if (event.origin !== origin || event.source !== window.parent || typeof event.data !== 'string') return;
    const cut = event.data.indexOf(':');
    const name = cut < 0 ? event.data : event.data.slice(0, cut);
    const callback = waiting.get(name);
    if (!callback) return;
    waiting.delete(name);
    const json = cut < 0 ? '' : event.data.slice(cut + 1);
    callback(json ? JSON.parse(json) : undefined);
  });

  function keepAuth(answer) {
    Object.assign(data, answer);
    expires = Date.now() + Number(data.AUTH_EXPIRES) * 1000;
  }

  function started(answer) {
    data = { ...answer };
    keepAuth(answer);
    const rest = () => initialising.splice(0).forEach((callback) => callback());
    if (!data.FIRST_RUN) return rest();
    send('setInstall', { install: true }, () => {
      installHandlers.forEach((handler) => handler());
      rest();
    });
  }

  const BX24 = {
    /** Run `callback` as soon as the portal has told who and where we are. */
    init(callback = () => {}) {
      if (data) {
        callback();
      } else if (initialising) {
        initialising.push(callback);
      } else {
        initialising = [callback];
        send('getInitData', null, started);
      }
    },

    /** Run `callback` when the application is opened for the first time, before those of `init`. */
    install(callback) {
      installHandlers.push(callback);
      BX24.init();
    },

    installFinish() {
      send('setInstallFinish', {});
    },

    /** The current pair, or false when it is over and `refreshAuth` is due. */
    getAuth() {
      if (!data || expires <= Date.now()) return false;
      return {
        access_token: data.AUTH_ID,
        refresh_token: data.REFRESH_ID,
        expires_in: Number(data.AUTH_EXPIRES),
        expires: Math.floor(expires / 1000),
        domain: data.DOMAIN,
        member_id: data.MEMBER_ID,
      };
    },

    refreshAuth(callback = () => {}) {
      send('refreshAuth', {}, (answer) => {
        if (answer) keepAuth(answer);
        callback(answer ? BX24.getAuth() : false);
      });
    },

    getDomain: () => (data ? data.DOMAIN : host),
    getLang: () => (data ? data.LANG : 'en'),
    isAdmin: () => Boolean(data && data.IS_ADMIN),

    // --- the frame ---
    getScrollSize() {
      const { body, documentElement: root } = document;
      return {
        scrollWidth: Math.max(root.scrollWidth, root.offsetWidth),
        scrollHeight: Math.max(body.scrollHeight, body.offsetHeight, root.offsetHeight),
      };
    },

    fitWindow(callback) {
      send('resizeWindow', { width: '100%', height: BX24.getScrollSize().scrollHeight }, callback);
    },

    resizeWindow(width, height, callback) {
      send('resizeWindow', { width, height }, callback);
    },

    setTitle(title, callback) {
      send('setTitle', { title: String(title) }, callback);
    },

    scrollParentWindow(scroll, callback) {
      send('setScroll', { scroll: Math.max(0, Math.trunc(scroll)) }, callback);
    },

    reloadWindow(callback) {
      send('reloadWindow', {}, callback);
    },

    openApplication(params, callback) {
      send('openApplication', params || {}, callback);
    },

    closeApplication(callback) {
      send('closeApplication', {}, callback);
    },

    openPath(path, callback) {
      send('openPath', { path }, callback);
    },

    // --- where it is shown ---
    placement: {
      info: () => ({ placement: data.PLACEMENT, options: data.PLACEMENT_OPTIONS }),
      getInterface: (callback) => send('getInterface', {}, callback),
      call: (command, params, callback) => send(command, params || {}, callback),
    },

    // --- options ---
    appOption: optionStore('APP_OPTIONS', 'setAppOption'),
    userOption: optionStore('USER_OPTIONS', 'setUserOption'),

    // --- REST ---
    /** Call one method. `callback` gets an answer with data(), error(), more(), next(), total(). */
    callMethod(method, params, callback) {
      return fetchPage(method, { ...params }, callback);
    },

    /** Call up to 50 methods, `[method, params]` or `{method, params}` each, in one request. */
    callBatch(calls, callback, halt = false) {
      const cmd = {};
      for (const [key, call] of Object.entries(calls)) {
        const [method, params] = Array.isArray(call) ? call : [call.method, call.params];
        cmd[key] = `${method}?${encode(params || {})}`;
      }
      return request('batch', { cmd, halt: halt ? 1 : 0 }).then((result) => {
        callback?.(Array.isArray(calls) ? Object.values(split(result, calls)) : split(result, calls));
        return true;
      });
    },

    // --- small helpers the ecosystem's pages use ---
    proxy: (callback, context) => callback.bind(context),
    bind: (element, event, callback) => element.addEventListener(event, callback),
    unbind: (element, event, callback) => element.removeEventListener(event, callback),
    ready(callback) {
      if (document.readyState === 'loading') readyQueue.push(callback);
      else callback();
    },
    isReady: () => document.readyState !== 'loading',
  };

  document.addEventListener('DOMContentLoaded', () => readyQueue.splice(0).forEach((callback) => callback()));

  function optionStore(field, command) {
    return {
      get: (name) => (data[field] || {})[name],
      set(name, value, callback) {
        data[field] = { ...data[field], [name]: value };
        send(command, { name, value }, callback);
      },
    };
  }

  class Answer {
    constructor(answer, status, query) {
      Object.assign(this, { answer, status, query });
    }

    data() {
      return this.answer.result;
    }

    error() {
      const { error, error_description: description } = this.answer;
      if (error === undefined) return undefined;
      return { status: this.status, getError: () => this.answer, toString: () => `${error}: ${description}` };
    }

    error_description() {
      return this.answer.error_description;
    }

    total() {
      return Number(this.answer.total);
    }

    time() {
      return this.answer.time;
    }

    more() {
      return this.answer.next !== undefined;
    }

    /** Fetch the next page into `callback`; false when there is none. */
    next(callback) {
      if (!this.more()) return false;
      const { method, params, done } = this.query;
      return fetchPage(method, { ...params, start: this.answer.next }, callback || done);
    }
  }

  async function fetchPage(method, params, done) {
    const result = await request(method, params);
    result.query.done = done;
    done?.(result);
    return true;
  }

  async function request(method, params, again = true) {
    const response = await fetch(`${origin}/rest/${method}.json`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      body: encode({ ...params, auth: data.AUTH_ID }),
      credentials: 'omit',
    });
    const answer = await response.json();
    if (answer.error === 'expired_token' && again) {
      await new Promise((done) => BX24.refreshAuth(done));
      return request(method, params, false);
    }
    return new Answer(answer, response.status, { method, params });
  }

  function split(result, calls) {
    const inner = result.data() || {};
    const answers = {};
    for (const [key, call] of Object.entries(calls)) {
      const [method, params] = Array.isArray(call) ? call : [call.method, call.params];
      const part = {
        result: inner.result?.[key],
        total: inner.result_total?.[key],
        next: inner.result_next?.[key],
      };
      Object.assign(part, inner.result_error?.[key] || (inner.result ? {} : result.answer));
      answers[key] = new Answer(part, result.status, { method, params });
    }
    return answers;
  }

  /** PHP's spelling of nested values: `filter[ID][0]=1`. */
  function encode(value, prefix = '') {
    const pairs = Object.entries(value).map(([key, inner]) => {
      const name = prefix ? `${prefix}[${key}]` : key;
      if (inner !== null && typeof inner === 'object') return encode(inner, name);
      const text = typeof inner === 'boolean' ? Number(inner) : (inner ?? '');
      return `${encodeURIComponent(name)}=${encodeURIComponent(text)}`;
    });
    return pairs.filter(Boolean).join('&');
  }

  window.BX24 = BX24;
})();
