/* The dashboard of the control plane: buttons and forms become JSON requests, the logs refresh themselves. */

const notice = document.getElementById('notice');
let seen = 0;
const counts = new Map();

async function send(method, path, body) {
  const response = await fetch(`/_sandbox/${path}`, {
    method,
    headers: { 'Content-Type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const answer = await response.json();
  notice.textContent = `${method} ${path}: ${response.ok ? 'done' : answer.error}`;
  return response.ok;
}

function row(cells) {
  const line = document.createElement('tr');
  for (const text of cells) {
    const cell = document.createElement('td');
    cell.textContent = text ?? '';
    line.append(cell);
  }
  return line;
}

function fieldsOf(form) {
  const body = {};
  for (const field of form.elements) {
    if (!field.name) continue;
    if (field.type === 'checkbox') {
      body[field.name] = field.checked;
    } else if (field.value !== '') {
      body[field.name] = field.type === 'number' ? Number(field.value) : field.value;
    }
  }
  return body;
}

async function showCalls() {
  const { calls } = await (await fetch(`/_sandbox/calls?since=${seen}`)).json();
  const table = document.getElementById('calls');
  for (const call of calls) {
    seen = call.n;
    counts.set(call.via, (counts.get(call.via) ?? 0) + 1);
    const method = call.commands.length ? `${call.method}: ${call.commands.join(', ')}` : call.method;
    const status = call.status || 'closed';
    const line = row([
      call.n,
      call.at.slice(11, 19),
      call.via,
      call.user,
      method,
      status,
      call.error,
      call.ms,
    ]);
    line.className = call.error ? 'failed' : '';
    line.title = JSON.stringify(call.params);
    table.prepend(line);
  }
  while (table.rows.length > 200) table.deleteRow(-1);
  const total = [...counts.values()].reduce((sum, number) => sum + number, 0);
  document.getElementById('count').textContent = total;
  document.getElementById('by-via').textContent = [...counts]
    .map(([via, count]) => `${via} ${count}`)
    .join(' · ');
}

async function showFaults() {
  const { faults } = await (await fetch('/_sandbox/faults')).json();
  const lines = faults.map((fault) =>
    row([fault.id, fault.method, fault.kind, fault.times ?? '∞', fault.after, fault.hits]),
  );
  document.getElementById('faults').replaceChildren(...lines);
}

async function showEvents() {
  const { deliveries } = await (await fetch('/_sandbox/events')).json();
  const lines = deliveries
    .slice(-50)
    .reverse()
    .map((sent) =>
      row([
        new Date(sent.at * 1000).toLocaleTimeString(),
        sent.event,
        sent.handler,
        sent.status || sent.error,
      ]),
    );
  document.getElementById('events').replaceChildren(...lines);
}

async function refresh() {
  await Promise.all([showCalls(), showFaults(), showEvents()]);
}

document.addEventListener('click', async (event) => {
  const button = event.target.closest('button');
  if (button?.dataset.post) {
    const done = await send('POST', button.dataset.post, JSON.parse(button.dataset.body ?? '{}'));
    if (done && 'reload' in button.dataset) location.reload();
  }
  if (button?.dataset.delete) {
    await send('DELETE', button.dataset.delete);
    if (button.dataset.delete === 'calls') {
      document.getElementById('calls').replaceChildren();
      counts.clear();
    }
    await refresh();
  }
});

document.addEventListener('submit', async (event) => {
  event.preventDefault();
  const done = await send('POST', event.target.dataset.form, fieldsOf(event.target));
  if (done && 'reload' in event.target.dataset) location.reload();
  await refresh();
});

await refresh();
setInterval(() => document.hidden || refresh(), 1500);
