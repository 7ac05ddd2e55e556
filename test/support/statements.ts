// The statements that a program sends to Postgres, read from the frontend messages of its connection.
const SSL_REQUEST = 80_877_103;

/** Takes the bytes that one client sends. Calls `onStatement` with each statement that the client runs, prepared or not. */
export function createStatementReader(onStatement: (statement: string) => void): (chunk: Buffer) => void {
  const prepared = new Map<string, string>();
  let bytes = Buffer.alloc(0);
  let hasStarted = false;
  const read = (type: string, body: Buffer) => {
    const [first = '', second = ''] = body.toString('utf8').split('\0');
    if (type === 'Q') onStatement(first);
    if (type === 'P') prepared.set(first, second);
    if (type === 'B') onStatement(prepared.get(second) ?? '');
  };
  return (chunk) => {
    bytes = Buffer.concat([bytes, chunk]);
    for (;;) {
      // The first message of a connection has no type.
      const start = hasStarted ? 1 : 0;
      if (bytes.length < start + 4) return;
      const end = start + bytes.readInt32BE(start);
      if (bytes.length < end) return;
      const body = bytes.subarray(start + 4, end);
      if (hasStarted) read(String.fromCharCode(bytes[0] ?? 0), body);
      else hasStarted = body.readInt32BE(0) !== SSL_REQUEST;
      bytes = bytes.subarray(end);
    }
  };
}
