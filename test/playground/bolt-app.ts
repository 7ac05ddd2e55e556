// A small Bolt app for the tests of the playground itself: what the driver does must reach a real one.
import type { AddressInfo } from 'node:net';
import { App, HTTPReceiver, LogLevel } from '@slack/bolt';
import type { SlackDriver } from '../support/slack-driver.ts';

export async function startBoltApp(driver: SlackDriver, register: (app: App) => void) {
  const receiver = new HTTPReceiver({
    signingSecret: driver.slack.signingSecret,
    endpoints: '/slack/events',
    logLevel: LogLevel.ERROR,
  });
  const app = new App({
    receiver,
    logLevel: LogLevel.ERROR,
    // With its ids known it asks nothing at its first event.
    authorize: async () => ({
      botToken: driver.slack.botToken,
      botId: 'B0APIMUSER',
      botUserId: driver.slack.botUserId,
    }),
    clientOptions: { slackApiUrl: driver.slackApiUrl, retryConfig: { retries: 0 } },
  });
  register(app);
  const server = await app.start({ port: 0, host: '127.0.0.1' });
  driver.deliverTo(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  return app;
}
