// One line a message, the same ones that nc gets: "* …" is the server's own, "NAME: TEXT" somebody's.
'use strict';
(() => {
  const FIRST_WAIT_MS = 250;
  const LAST_WAIT_MS = 5000;
  const MAX_SHOWN = 2000;
  const MAX_UNSENT = 200;
  const element = (id) => document.getElementById(id);

  const members = new Set();
  const unsent = [];          // what was written while away, with the items of the log that show it
  let socket = null;
  let wantedName = '';
  let wantedRoom = 'lobby';
  let name = '';
  let phase = 'out';          // out → naming → moving → in; back to naming with each new connection
  let everIn = false;
  let failures = 0;

  function connect() {
    phase = 'naming';
    setStatus(everIn ? 'reconnecting …' : 'connecting …', everIn);
    const scheme = location.protocol === 'https:' ? 'wss://' : 'ws://';
    const fresh = new WebSocket(scheme + location.host + '/chat');
    socket = fresh;
    fresh.onopen = () => fresh.send('/name ' + wantedName);
    fresh.onmessage = (event) => { if (fresh === socket) receive(event.data); };
    fresh.onclose = () => { if (fresh === socket) lost(); };
  }

  function lost() {
    socket = null;
    if (phase === 'out') {
      return;
    }
    phase = 'naming';
    setMembers([]);
    const wait = Math.min(LAST_WAIT_MS, FIRST_WAIT_MS * 2 ** failures++) * (0.5 + Math.random() / 2);
    setStatus('reconnecting in ' + (wait / 1000).toFixed(1) + ' s', true);
    setTimeout(connect, wait);
  }

  function receive(line) {
    const notice = line.startsWith('* ') ? line.slice(2) : null;
    if (phase === 'in') {
      notice === null ? showSaid(line) : heed(notice);
    } else if (notice !== null) {
      enter(notice);
    }
  }

  // The first words with the server, on each new connection: a name, then a room.
  function enter(notice) {
    if (phase === 'naming' && notice === 'you are ' + wantedName) {
      name = wantedName;
      phase = 'moving';
      socket.send(wantedRoom === 'lobby' ? '/who' : '/join ' + wantedRoom);
    } else if (phase === 'moving' && notice.startsWith('in ' + wantedRoom + ': ')) {
      arrived(notice);
    } else if (/^(a name is|a room is)| is taken$/.test(notice)) {
      refused(notice);
    }
  }

  function arrived(notice) {
    phase = 'in';
    failures = 0;
    heed(notice);
    setStatus('connected', false);
    if (!everIn) {
      everIn = true;
      element('entry').hidden = true;
      element('chat').hidden = false;
      element('text').focus();
    }
    for (const each of unsent.splice(0)) {
      socket.send(each.text);
      each.item?.classList.remove('waiting');
    }
  }

  function refused(why) {
    if (everIn) {
      setTimeout(() => socket?.readyState === WebSocket.OPEN && socket.send('/name ' + wantedName), 2000);
      return;                 // the server has not noticed yet that the old connection is dead
    }
    phase = 'out';
    socket.close();
    setStatus('not connected', false);
    element('problem').textContent = why;
    element('name').focus();
  }

  function heed(notice) {
    const listed = /^in (\S+): (.*)$/.exec(notice);
    const joined = /^(\S+) has joined (\S+)$/.exec(notice);
    const left = /^(\S+) has left (\S+)$/.exec(notice);
    const renamed = /^(\S+) is now (\S+)$/.exec(notice);
    const self = /^you are (\S+)$/.exec(notice);
    if (listed) {
      wantedRoom = listed[1];
      element('room').textContent = 'Room: ' + wantedRoom;
      setMembers(listed[2].split(', '));
    } else if (joined) {
      setMembers([...members, joined[1]]);
    } else if (left) {
      setMembers([...members].filter((each) => each !== left[1]));
    } else if (renamed) {
      setMembers([...members].map((each) => (each === renamed[1] ? renamed[2] : each)));
    } else if (self) {
      setMembers([...members].map((each) => (each === name ? self[1] : each)));
      name = wantedName = self[1];
    }
    show('notice', null, notice);
  }

  function showSaid(line) {
    const colon = line.indexOf(': ');
    show('said', line.slice(0, colon), line.slice(colon + 2));
  }

  // Only ever as text: what others write is shown, not run.
  function show(kind, who, text) {
    const log = element('log');
    const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 40;
    const item = document.createElement('li');
    item.className = kind;
    if (who !== null) {
      const author = document.createElement('b');
      author.textContent = who + ': ';
      item.append(author);
    }
    item.append(text);
    log.append(item);
    while (log.childElementCount > MAX_SHOWN) {
      log.firstElementChild.remove();
    }
    if (atEnd) {
      log.scrollTop = log.scrollHeight;
    }
    return item;
  }

  function setMembers(names) {
    members.clear();
    names.filter((each) => each !== '').forEach((each) => members.add(each));
    element('members').replaceChildren(...[...members].sort().map((each) => {
      const item = document.createElement('li');
      item.textContent = each === name ? each + ' (you)' : each;
      return item;
    }));
  }

  function setStatus(text, away) {
    const status = element('status');
    status.textContent = text;
    status.classList.toggle('away', away);
  }

  element('entry').addEventListener('submit', (event) => {
    event.preventDefault();
    element('problem').textContent = '';
    wantedName = element('name').value.trim();
    wantedRoom = element('wanted').value.trim().normalize('NFKC').toLowerCase();
    failures = 0;
    connect();
  });

  element('writing').addEventListener('submit', (event) => {
    event.preventDefault();
    const text = element('text').value.trim();
    const away = phase !== 'in' || socket?.readyState !== WebSocket.OPEN;
    if (text === '' || away && unsent.length >= MAX_UNSENT) {
      return;
    }
    element('text').value = '';
    const item = text.startsWith('/') ? null : show(away ? 'own waiting' : 'own', name, text);
    if (away) {
      unsent.push({ text, item });
    } else {
      socket.send(text);
    }
  });
})();
