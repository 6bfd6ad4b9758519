// The other end of NodeWebSocketsTest: npm's ws, as a client of ours or as a server for ours.
//   node peer.js client PORT OPTIONS     talks to an echo, and prints what came of it
//   node peer.js server OPTIONS          echoes, and prints its port and how each connection was closed
// OPTIONS are those of ws for permessage-deflate as JSON, or false.
'use strict';
const { WebSocket, WebSocketServer } = require('ws');
const { once } = require('events');

const TEXTS = ['', 'hello', 'grüße 😀', 'again and again '.repeat(20), 'x'.repeat(5000), 'again and again '.repeat(12000)];
const SIZES = [0, 1, 125, 126, 65535, 65536, 200000];

// Bytes that shrink, though not to nothing, and that are the same each time.
function bytes(size) {
  const all = Buffer.alloc(size);
  let state = 1;
  for (let i = 0; i < size; i++) {
    state = (state * 1103515245 + 12345) % 2147483648;
    all[i] = (state >> 16) & 15;
  }
  return all;
}

async function echoed(socket, message) {
  const answer = once(socket, 'message');
  socket.send(message);
  const [data, isBinary] = await answer;
  return isBinary === Buffer.isBuffer(message) && data.equals(Buffer.from(message));
}

async function open(port, options) {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/chat`, { perMessageDeflate: options });
  await once(socket, 'open');
  return socket;
}

async function client(port, options) {
  const socket = await open(port, options);
  console.log('extensions', socket.extensions === '' ? 'none' : socket.extensions);
  for (const text of TEXTS) {
    console.log(await echoed(socket, text) ? 'same text' : 'DIFFERENT text', text.length);
  }
  for (const size of SIZES) {
    console.log(await echoed(socket, bytes(size)) ? 'same bytes' : 'DIFFERENT bytes', size);
  }
  const whole = once(socket, 'message');
  const pong = once(socket, 'pong');
  socket.send('in ', { fin: false });
  socket.send('three ', { fin: false });
  socket.ping('are you there?');
  socket.send('fragments', { fin: true });
  console.log('pong', String((await pong)[0]));
  console.log(String((await whole)[0]));
  socket.close(4001, 'thank you');
  console.log('closed', (await once(socket, 'close'))[0]);

  const other = await open(port, options);
  other.send('close me');
  const [code, reason] = await once(other, 'close');
  console.log('closed', code, String(reason));
}

function server(options) {
  const listening = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: options }, () => {
    console.log('port', listening.address().port);
  });
  listening.on('connection', (socket) => {
    console.log('extensions', socket.extensions === '' ? 'none' : socket.extensions);
    socket.on('message', (data, isBinary) => {
      const text = isBinary ? '' : String(data);
      if (text === 'in fragments, please') {
        socket.send('in ', { fin: false });
        socket.ping('are you there?');
        socket.send('three ', { fin: false });
        socket.send('fragments', { fin: true });
      } else if (text === 'close me') {
        socket.close(4321, 'so long');
      } else {
        socket.send(data, { binary: isBinary });
      }
    });
    socket.on('pong', (payload) => console.log('pong', String(payload)));
    socket.on('close', (code, reason) => console.log('closed', code, String(reason)));
  });
}

const [role, ...rest] = process.argv.slice(2);
if (role === 'client') {
  client(rest[0], JSON.parse(rest[1]));
} else {
  server(JSON.parse(rest[0]));
}
