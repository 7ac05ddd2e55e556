// Stands in for Azure over HTTPS: answers with a test's lists, in the form that Azure documents.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createTestCertificate } from './tls.ts';

type Answer = { status?: number; headers?: Record<string, string>; body: unknown };

/** `answers`: by the path below the service. A path without an answer is an empty list. */
export async function startAzureStandIn(answers: Record<string, Answer | ((asked: number) => Answer)>) {
  const certificate = await createTestCertificate();
  const asked: { path: string; at: number }[] = [];
  const server = createServer(
    { cert: certificate.cert, key: await readFile(certificate.keyFile) },
    (request, response) => {
      const [, path = ''] = /\/service\/[^/]+\/([^?]*)/.exec(request.url ?? '') ?? [];
      asked.push({ path, at: Date.now() });
      const answer = answers[path] ?? { body: { value: [], count: 0, nextLink: '' } };
      const times = asked.filter((one) => one.path === path).length;
      const { status = 200, headers, body } = typeof answer === 'function' ? answer(times) : answer;
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(JSON.stringify(body));
    },
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  return {
    url: `https://localhost:${(server.address() as AddressInfo).port}`,
    certFile: certificate.certFile,
    asked: (path: string) => asked.filter((one) => one.path === path).map(({ at }) => at),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await certificate.remove();
    },
  };
}
