// The WebSocket tells of each mail in a line of JSON; the mail that is looked at is fetched. The address says which that is,
// so the keyboard, the browser's way back and a phone's do what they do everywhere.
'use strict';
(() => {
  const FIRST_WAIT_MS = 250;
  const LAST_WAIT_MS = 5000;
  const VIEWS = ['text', 'html', 'headers', 'files'];
  const element = (id) => document.getElementById(id);

  const items = new Map();    // of the list, by the number of the mail
  let shown = null;           // the number of the mail that is looked at
  let wanted = null;          // and of the one that is to be
  let failures = 0;

  function connect() {
    const scheme = location.protocol === 'https:' ? 'wss://' : 'ws://';
    const socket = new WebSocket(scheme + location.host + '/watch');
    socket.onmessage = (event) => receive(JSON.parse(event.data));
    socket.onclose = () => {
      const wait = Math.min(LAST_WAIT_MS, FIRST_WAIT_MS * 2 ** failures++) * (0.5 + Math.random() / 2);
      setStatus('reconnecting in ' + (wait / 1000).toFixed(1) + ' s', true);
      setTimeout(connect, wait);
    };
  }

  function receive(news) {
    if (news.all) {           // what follows is all that is kept
      failures = 0;
      setStatus('connected', false);
      items.clear();
      element('mails').replaceChildren();
    } else {
      add(news);
      forgetBefore(news.oldest);
    }
    const n = items.size;
    element('count').textContent = n === 0 ? 'no mails yet' : n === 1 ? '1 mail' : n + ' mails';
  }

  // Only ever as text: what others wrote is shown, not run.
  function add(mail) {
    const link = document.createElement('a');
    link.href = '#' + mail.number;
    link.append(line('b', mail.subject || '(no subject)'), line('span', mail.from + ' to ' + mail.to),
        line('span', new Date(mail.at).toLocaleString() + ', ' + size(mail.bytes)));
    const item = document.createElement('li');
    item.append(link);
    items.set(mail.number, item);
    element('mails').prepend(item);
    mark();
  }

  function forgetBefore(oldest) {
    for (const [number, item] of items) {
      if (number < oldest) {
        item.remove();
        items.delete(number);
      }
    }
  }

  function line(tag, text) {
    const made = document.createElement(tag);
    made.textContent = text;
    return made;
  }

  function size(bytes) {
    return bytes < 1000 ? bytes + ' bytes' : bytes < 1e6 ? Math.round(bytes / 1000) + ' kB' : (bytes / 1e6).toFixed(1) + ' MB';
  }

  function mark() {
    for (const [number, item] of items) {
      if (number === shown) {
        item.firstChild.setAttribute('aria-current', 'true');
      } else {
        item.firstChild.removeAttribute('aria-current');
      }
    }
  }

  async function open() {
    const number = /^#\d{1,15}$/.test(location.hash) ? Number(location.hash.slice(1)) : null;
    wanted = number;
    if (number === null) {
      close();
      return;
    }
    const answer = await fetch('/mails/' + number).catch(() => null);
    const mail = answer !== null && answer.ok ? await answer.json() : null;
    if (wanted !== number) {
      return;                 // another one was chosen meanwhile
    }
    if (mail === null) {
      setStatus('mail ' + number + ' is not kept any more', true);
      close();
      return;
    }
    show(mail);
  }

  function close() {
    const left = items.get(shown);
    shown = null;
    element('mail').hidden = true;
    element('html').replaceChildren();
    document.querySelector('main').classList.remove('reading');
    mark();
    left?.firstChild.focus();
  }

  function show(mail) {
    shown = mail.number;
    element('mail').hidden = false;
    document.querySelector('main').classList.add('reading');
    element('subject').textContent = mail.subject || '(no subject)';
    element('from').textContent = mail.sender || '(nobody)';
    element('to').textContent = mail.recipients;
    element('at').textContent = new Date(mail.at).toLocaleString() + ', ' + size(mail.bytes);
    element('defects').replaceChildren(...mail.defects.map((each) => line('li', each)));
    element('text').firstChild.textContent = mail.text;
    element('headers').querySelector('tbody').replaceChildren(...mail.headers.map(row));
    element('files').firstChild.replaceChildren(...mail.files.map((file, index) => fileItem(mail.number, file, index)));
    element('source').href = '/mails/' + mail.number + '/source';
    element('html').replaceChildren();
    button('html').hidden = !mail.hasHtml;
    button('files').hidden = mail.files.length === 0;
    button('files').textContent = 'Attachments (' + mail.files.length + ')';
    view(mail.text !== '' || !mail.hasHtml ? 'text' : 'html');
    mark();
    element('subject').focus();
  }

  function row(header) {
    const made = document.createElement('tr');
    made.append(line('td', header.name), line('td', header.value));
    return made;
  }

  function fileItem(number, file, index) {
    const item = document.createElement('li');
    const about = ' ' + file.type + ', ' + size(file.bytes);
    if (file.tooLarge) {
      item.append(file.name + about + ', too large for this page: it is in the sink\'s folder');
      return item;
    }
    const link = line('a', file.name);
    link.href = '/mails/' + number + '/parts/' + index;
    link.download = file.name;
    item.append(link, about);
    return item;
  }

  function button(name) {
    return document.querySelector('#views button[data-view=' + name + ']');
  }

  function view(name) {
    for (const each of VIEWS) {
      element(each).hidden = each !== name;
      button(each).setAttribute('aria-pressed', String(each === name));
    }
    if (name === 'html' && element('html').firstChild === null) {
      const frame = document.createElement('iframe');
      frame.setAttribute('sandbox', '');        // and nothing is allowed in it: no script, no form, no window
      frame.title = 'The HTML of this mail';
      frame.referrerPolicy = 'no-referrer';
      frame.src = '/mails/' + shown + '/html';
      element('html').append(frame);
    }
  }

  function setStatus(text, away) {
    const status = element('status');
    status.textContent = text;
    status.classList.toggle('away', away);
  }

  element('views').addEventListener('click', (event) => {
    if (event.target.dataset.view !== undefined) {
      view(event.target.dataset.view);
    }
  });
  window.addEventListener('hashchange', open);
  connect();
  open();
})();
