// Texts at addresses of this machine, for a test that has them fetched.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** `texts`: by path. */
export async function startTextServer(texts: Readonly<Record<string, string>>) {
  const server = createServer((req, res) => {
    const text = texts[req.url ?? ''];
    res.writeHead(text === undefined ? 404 : 200).end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
