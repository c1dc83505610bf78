// What the pages do beyond links and forms: they work without it.
(() => {
'use strict';
const root = document.documentElement;
const $ = (what, at = document) => at.querySelector(what);
const all = (what, at = document) => [...at.querySelectorAll(what)];
const stored = (name, value) => {
  try {
    if (value === undefined) return localStorage.getItem('error-tracker.' + name);
    localStorage.setItem('error-tracker.' + name, value);
  } catch (_) { /* a browser may forbid it */ }
  return null;
};
// Before the page is painted.
root.classList.add('js');
const chosen = stored('theme');
if (chosen === 'dark' || chosen === 'light') root.dataset.theme = chosen;

const isDark = () => root.dataset.theme
  ? root.dataset.theme === 'dark'
  : matchMedia('(prefers-color-scheme: dark)').matches;

const say = text => { const at = $('#said'); if (at) at.textContent = text; };

// Times show the exact ones in the viewer's zone and in UTC.
const localise = at => {
  for (const time of all('time[datetime]:not([data-local])', at)) {
    const date = new Date(time.dateTime);
    if (isNaN(date)) continue;
    time.dataset.local = '';
    const local = date.toLocaleString([], { dateStyle: 'medium', timeStyle: 'medium' });
    time.title = local + '\n' + time.title;
  }
};

// The parts of the page that change are taken over from a page of our own server.
const take = fresh => {
  const table = $('#table'), other = $('#table', fresh);
  // The first issue makes another page of it.
  if (!table || !other || 'keep' in table.dataset !== 'keep' in other.dataset) return location.reload();
  const at = current();
  const mark = at && link(at);
  const picked = new Set(picks().filter(pick => pick.checked).map(pick => pick.value));
  for (const part of all('[data-part]')) {
    const other = $('#' + part.id, fresh);
    if (!other || 'keep' in part.dataset) continue;
    if (part.contains(document.activeElement) && part.innerHTML === other.innerHTML) continue;
    const focus = part.contains(document.activeElement) && document.activeElement.getAttribute('href');
    part.replaceWith(document.adoptNode(other));
    if (focus) (all('a', $('#' + part.id)).find(a => a.getAttribute('href') === focus) || document.body).focus();
  }
  document.title = fresh.title;
  for (const pick of picks()) pick.checked = picked.has(pick.value);
  if (mark) goTo(rows().find(row => link(row) === mark));
  ready();
};

let running = null;
const load = async (url, push) => {
  if (running) running.abort();
  const mine = running = new AbortController();
  document.body.setAttribute('aria-busy', 'true');
  try {
    const response = await fetch(url, { signal: mine.signal, headers: { accept: 'text/html' } });
    const fresh = new DOMParser().parseFromString(await response.text(), 'text/html');
    if (mine.signal.aborted) return;
    if (response.redirected && !$('#filter', fresh)) return location.assign(response.url);
    if (!response.ok) return say(($('.notice p', fresh) || {}).textContent || 'The page can’t be read.');
    say('');
    if (push) history.replaceState(null, '', url);
    take(fresh);
  } catch (error) {
    if (error.name !== 'AbortError') say('The server does not answer.');
  } finally {
    if (running === mine) {
      running = null;
      document.body.removeAttribute('aria-busy');
    }
  }
};

const asked = form => {
  const params = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (value) params.append(name, value);
  return location.pathname + (params.size === 0 ? '' : '?' + params);
};

const rows = () => all('#rows > tr');
const picks = () => all('[name=fingerprint][type=checkbox]');
const current = () => $('#rows > tr.at');
const link = row => ($('a.name', row) || {}).href;
const goTo = row => {
  const before = current();
  if (before) before.classList.remove('at');
  if (!row) return;
  row.classList.add('at');
  row.scrollIntoView({ block: 'nearest' });
};
const move = by => {
  const list = rows();
  const at = list.indexOf(current());
  goTo(list[Math.min(Math.max(at + by, 0), list.length - 1)]);
};

const count = () => {
  const list = picks();
  const many = list.filter(pick => pick.checked).length;
  const text = $('#picked');
  if (text) text.textContent = many + ' selected';
  const every = $('#all');
  if (every) {
    every.hidden = false;
    every.checked = many > 0 && many === list.length;
    every.indeterminate = many > 0 && many < list.length;
  }
  return many;
};

const ready = () => {
  localise(document);
  count();
};

const dialog = (build, done) => {
  const box = document.createElement('dialog');
  build(box);
  box.addEventListener('close', () => { box.remove(); if (done) done(box.returnValue); });
  document.body.append(box);
  box.showModal();
};
const element = (name, text, props = {}) =>
  Object.assign(document.createElement(name), { textContent: text }, props);

const confirm = (question, then) => dialog(box => {
  const form = element('form', '', { method: 'dialog' });
  form.append(element('p', question), element('button', 'Delete', { value: 'yes', className: 'danger' }), ' ',
    element('button', 'Keep', { value: '', autofocus: true }));
  box.setAttribute('aria-label', question);
  box.append(form);
}, answer => { if (answer === 'yes') then(); });

const KEYS = [['j', 'next issue'], ['k', 'previous issue'], ['Enter', 'open it'], ['x', 'select it'],
  ['/', 'search'], ['e', 'resolve what is selected'], ['Esc', 'leave, deselect'], ['?', 'these keys']];
const help = () => dialog(box => {
  const list = element('dl', '', { className: 'keys' });
  for (const [key, what] of KEYS) {
    const term = element('dt', '');
    term.append(element('kbd', key));
    list.append(term, element('dd', what));
  }
  const form = element('form', '', { method: 'dialog' });
  form.append(element('button', 'Close'));
  box.setAttribute('aria-label', 'Keys');
  box.append(element('h2', 'Keys'), list, form);
});

const copy = async from => {
  const at = from.dataset.copy && $(from.dataset.copy);
  const name = from.textContent;
  try {
    const read = async () => {
      const response = await fetch(from.href);
      if (!response.ok) throw new Error(response.status);
      return response.text();
    };
    await navigator.clipboard.writeText(at ? at.textContent : await read());
    from.textContent = 'copied';
  } catch (_) {
    if (from.href) return location.assign(from.href);
    from.textContent = 'not copied';
  }
  setTimeout(() => { from.textContent = name; }, 1500);
};

const resolve = () => {
  const at = current();
  if (!count() && at) {
    const pick = $('[name=fingerprint]', at);
    if (pick) pick.checked = true;
  }
  const button = $('#bulk [value=resolve]');
  if (button && count()) button.click();
};

const keys = {
  j: () => move(1),
  k: () => move(-1),
  o: () => { const at = current(); if (at) location.assign(link(at)); },
  Enter: event => { if (event.target === document.body) keys.o(); else return true; },
  x: () => { const pick = current() && $('[name=fingerprint]', current()); if (pick) pick.click(); },
  '/': () => { const search = $('#search'); if (search) { search.focus(); search.select(); } },
  e: resolve,
  '?': help,
  Escape: () => { for (const pick of picks()) pick.checked = false; count(); goTo(null); },
};

const onKey = event => {
  if (event.ctrlKey || event.metaKey || event.altKey || $('dialog[open]')) return;
  const typing = event.target.matches('input:not([type=checkbox], [type=radio]), select, textarea');
  if (typing) {
    if (event.key === 'Escape') event.target.blur();
    return;
  }
  const act = Object.hasOwn(keys, event.key) && keys[event.key];
  if (act && !act(event)) event.preventDefault();
};

const isLive = () => stored('live') !== 'off';
const showLive = button => {
  button.setAttribute('aria-pressed', isLive());
  button.textContent = isLive() ? '● live' : '○ paused';
};
const refresh = () => {
  const busy = running || document.hidden || !isLive() || count() || $('dialog[open]');
  const table = $('#table');
  if (busy || !table || table.contains(document.activeElement)) return;
  load(location.href);
};

const start = () => {
  ready();
  const theme = $('#theme');
  if (theme) {
    theme.hidden = false;
    theme.addEventListener('click', () => {
      root.dataset.theme = isDark() ? 'light' : 'dark';
      stored('theme', root.dataset.theme);
    });
  }
  document.addEventListener('click', event => {
    const from = event.target.closest('[data-copy]');
    if (from) { event.preventDefault(); copy(from); }
    const page = event.target.closest('#names a, #pages nav a, #states a, #dates a, #reset a');
    if (page && $('#rows') && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      if (page.closest('#reset')) for (const input of all('[form=filter], #filter input, #filter select')) {
        if (input.type !== 'hidden' && input.name !== 'size') input.value = '';
      }
      history.pushState(null, '', page.href);
      load(page.href);
    }
  });
  document.addEventListener('submit', event => {
    const by = event.submitter;
    const many = by && 'many' in by.dataset;
    const question = by && (many ? 'Delete ' + count() + ' issues with their events?' : by.dataset.confirm);
    if (!question || by.dataset.sure) return;
    event.preventDefault();
    confirm(question, () => {
      by.dataset.sure = 'yes';
      if (many) event.target.append(element('input', '', { type: 'hidden', name: 'confirmed', value: '1' }));
      event.target.requestSubmit(by);
    });
  });
  const form = $('#filter');
  if (!form) return;
  let later;
  const narrow = wait => {
    clearTimeout(later);
    const unfinished = [...form.elements].find(input => input.validity && !input.validity.valid);
    if (unfinished) return say(unfinished.title + '.');
    later = setTimeout(() => load(asked(form), true), wait);
  };
  const mine = event => event.target.form === form;
  document.addEventListener('input', event => { if (mine(event)) narrow(event.target.tagName === 'SELECT' ? 0 : 200); });
  form.addEventListener('submit', event => { event.preventDefault(); narrow(0); });
  document.addEventListener('change', event => {
    if (event.target.id === 'all') for (const pick of picks()) pick.checked = event.target.checked;
    count();
  });
  addEventListener('popstate', () => location.reload());
  addEventListener('keydown', onKey);
  for (const [id, act] of [['#help', help], ['#live', button => { stored('live', isLive() ? 'off' : 'on'); showLive(button); }]]) {
    const button = $(id);
    if (!button) continue;
    button.hidden = false;
    button.addEventListener('click', () => act(button));
  }
  const live = $('#live');
  if (live) showLive(live);
  setInterval(refresh, 5000);
};
document.addEventListener('DOMContentLoaded', start);
})();
