// What the product is measured against: Bolt with the same signing and one listener that answers a constant message in the acknowledgement.
import { App, HTTPReceiver, LogLevel } from '@slack/bolt';

const receiver = new HTTPReceiver({
  signingSecret: process.env.SLACK_SIGNING_SECRET ?? '',
  endpoints: '/slack/events',
  logLevel: LogLevel.ERROR,
});
const app = new App({
  receiver,
  logLevel: LogLevel.ERROR,
  authorize: async () => ({ botToken: 'xoxb-bench', botId: 'B0BENCH', botUserId: 'U0BENCHBOT' }),
});
app.command(/.*/, async ({ ack }) => {
  await ack({ response_type: 'ephemeral', text: 'Developer accounts' });
});
const port = Number(process.env.PORT);
await receiver.start({ port, host: '127.0.0.1' });
process.stdout.write(`ready at http://127.0.0.1:${port}\n`);
