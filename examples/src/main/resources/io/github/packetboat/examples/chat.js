// One line a message, the same ones that nc gets: "* …" is the server's own, "NAME: TEXT" somebody's.
'use strict';
(() => {
  const FIRST_WAIT_MS = 250;
  const LAST_WAIT_MS = 5000;
  const MAX_SHOWN = 2000;
  const MAX_UNSENT = 200;
  const KEPT = 'packetboat-chat';
  const REFUSED_WAIT_MS = 500;
  const MAX_REFUSALS = 20;
  const element = (id) => document.getElementById(id);

  const members = new Set();
  const unsent = [];          // what was written while away, with the items of the log that show it
  let socket = null;
  let wantedName = '';
  let wantedRoom = 'lobby';
  let name = '';
  let phase = 'out';          // out → naming → moving → recalling → in; back to naming with each new connection
  let everIn = false;
  let failures = 0;
  let refusals = 0;
  let ticket = '';            // with it the server tells what was said since this page, or the one before a reload, joined
  let ticketRoom = '';
  let stale = [];             // what the log shows of that when a new connection begins
  let earlier = [];

  function connect() {
    phase = 'naming';
    stale = [...element('log').children].filter((each) => !/waiting|private/.test(each.className));
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
    if (phase === 'in' || phase === 'recalling' && isPrivate(line)) {
      notice === null ? showSaid(line) : heed(notice);
    } else if (notice !== null) {
      phase === 'recalling' ? recall(notice) : enter(notice);
    }                         // else it was said after this page joined, so it comes with the rest of what was
  }

  function isPrivate(line) {
    return /^[^\s:]+ \(to you alone\): /.test(line);
  }

  // The first words with the server, on each new connection: a name, then a room.
  function enter(notice) {
    if (phase === 'naming' && notice === 'you are ' + wantedName) {
      name = wantedName;
      phase = 'moving';
      socket.send(wantedRoom === 'lobby' ? '/who' : '/join ' + wantedRoom);
    } else if (phase === 'moving' && notice.startsWith('in ' + wantedRoom + ': ')) {
      heed(notice);
      ask();
    } else if (/^(a name is|a room is)| is taken$/.test(notice)) {
      refused(notice);
    }
  }

  // What was said in the room since this page joined: the server knows, however often it was reloaded or cut off.
  function ask() {
    phase = 'recalling';
    earlier = [];
    socket.send(ticketRoom === wantedRoom ? '/history ' + ticket : '/history');
  }

  function recall(notice) {
    const line = /^earlier: (.*)$/.exec(notice);
    const end = /^said here since you joined: .* \/history (\S+)$/.exec(notice);
    if (line) {
      earlier.push(line[1]);
    } else if (end) {
      arrived(end[1]);
    } else {
      heed(notice);
    }
  }

  function arrived(givenTicket) {
    if (givenTicket === ticket) {
      stale.forEach((each) => each.remove());
      const first = [...element('log').children].find((each) => each.className !== 'private');
      earlier.forEach((each) => first.before(showSaid(each)));
    } else {                  // the server is another one, or the room: what is shown stays
      earlier.forEach(showSaid);
    }
    stale = [];
    ticket = givenTicket;
    ticketRoom = wantedRoom;
    sessionStorage.setItem(KEPT, JSON.stringify({ name, room: wantedRoom, ticket }));
    phase = 'in';
    failures = 0;
    refusals = 0;
    setStatus('connected', false);
    if (!everIn) {
      everIn = true;
      showChat(true);
    }
    for (const each of unsent.splice(0)) {
      socket.send(each.text);
      each.item?.classList.remove('waiting');
    }
  }

  function showChat(on) {
    element('entry').hidden = on;
    element('chat').hidden = !on;
    element(on ? 'text' : 'name').focus();
  }

  function refused(why) {
    if (everIn && refusals++ < MAX_REFUSALS) {
      setTimeout(() => socket?.readyState === WebSocket.OPEN && socket.send('/name ' + wantedName), REFUSED_WAIT_MS);
      return;                 // the server has not noticed yet that the old connection is dead
    }
    phase = 'out';
    everIn = false;
    refusals = 0;
    sessionStorage.removeItem(KEPT);
    showChat(false);
    socket.close();
    setStatus('not connected', false);
    element('problem').textContent = why;
  }

  function heed(notice) {
    const listed = /^in (\S+): (.*)$/.exec(notice);
    const joined = /^(\S+) has joined (\S+)$/.exec(notice);
    const left = /^(\S+) has left (\S+)$/.exec(notice);
    const renamed = /^(\S+) is now (\S+)$/.exec(notice);
    const self = /^you are (\S+)$/.exec(notice);
    if (listed) {
      const moved = phase === 'in' && wantedRoom !== listed[1];
      wantedRoom = listed[1];
      element('room').textContent = 'Room: ' + wantedRoom;
      setMembers(listed[2].split(', '));
      if (moved) {
        ask();
      }
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
    const who = line.slice(0, colon);
    return show(isPrivate(line) ? 'private' : who === name ? 'own' : 'said', who, line.slice(colon + 2));
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
    refusals = 0;
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

  // Browsers may keep a page that was left, to show it again as it was; nobody is in the room by it meanwhile.
  window.addEventListener('pagehide', () => socket?.close());

  const kept = JSON.parse(sessionStorage.getItem(KEPT));
  if (kept !== null) {        // this page was reloaded
    ({ name: wantedName, room: wantedRoom, ticket } = kept);
    ticketRoom = wantedRoom;
    everIn = true;
    showChat(true);
    connect();
  }
})();
