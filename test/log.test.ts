import { describe, expect, test } from 'vitest';
import { createCapturedLog } from './web/serve.ts';

const MAX_LINE_BYTES = 8 * 1_024;

function logged(write: (log: ReturnType<typeof createCapturedLog>['log']) => void) {
  const { log, logged: lines } = createCapturedLog();
  write(log);
  return lines.join('');
}

describe('the log', () => {
  test('T69: writes newlines, escapes and a megabyte as one JSON line of at most 8 KB', () => {
    const hostile = `first\nsecond\r\u001b[31mred\u009b31mred\u2028third${'é"\\\u0000'.repeat(262_144)}`;
    for (const fields of [
      { why: hostile },
      { why: 'a\u009b\u2028b\n' },
      { deep: { list: [hostile, hostile] } },
      { [hostile]: 1 },
    ]) {
      const text = logged((log) => log.warn(fields, 'trouble'));
      expect(text.endsWith('\n')).toBe(true);
      expect(text.slice(0, -1)).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u);
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(MAX_LINE_BYTES);
      expect(JSON.parse(text)).toMatchObject({ msg: 'trouble', level: 40 });
    }
  });

  test('T68: holds no message, detail or cause’s message of an error, however it is passed', () => {
    const cause = Object.assign(new Error('canary in the cause'), {
      code: '23505',
      detail: 'Key (email)=(canary@example.com) already exists.',
    });
    const error = new Error('canary\n    at canary (/home/canary/src/canary.ts:1:1)x', { cause });
    error.name = 'canary of a name';
    for (const text of [
      logged((log) => log.error({ err: error }, 'fault')),
      logged((log) => log.error({ err: error })),
      logged((log) => log.error(error)),
    ]) {
      expect(text).not.toMatch(/canary/);
      expect(JSON.parse(text)).toMatchObject({ err: { type: 'Error', cause: { code: '23505' } } });
    }
  });

  test('names the place in our sources that an error came from', async () => {
    const { createKeyring } = await import('../src/security/keyring.ts');
    const text = logged((log) => {
      try {
        createKeyring('short');
      } catch (error) {
        log.error({ err: error }, 'fault');
      }
    });
    expect(JSON.parse(text).err.frames[0]).toMatch(/^src\/security\/keyring\.ts:\d+$/);
  });
});
