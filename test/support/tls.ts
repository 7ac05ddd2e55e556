// A certificate for this machine, made for one test.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import selfsigned from 'selfsigned';

export async function createTestCertificate() {
  const folder = await mkdtemp(join(tmpdir(), 'apim-user-tls-'));
  const certFile = join(folder, 'cert.pem');
  const keyFile = join(folder, 'key.pem');
  const renew = async () => {
    const made = await selfsigned.generate([{ name: 'commonName', value: 'localhost' }], {
      keySize: 2048,
      extensions: [
        { name: 'basicConstraints', cA: true, critical: true },
        {
          name: 'subjectAltName',
          altNames: [
            { type: 2, value: 'localhost' },
            { type: 7, ip: '127.0.0.1' },
          ],
        },
      ],
    });
    await writeFile(keyFile, made.private, { mode: 0o600 });
    await writeFile(certFile, made.cert);
    return made.cert;
  };
  return {
    cert: await renew(),
    certFile,
    keyFile,
    renew,
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
