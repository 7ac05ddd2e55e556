// npm run slack:manifest: prints the manifest to create the Slack app from, with PUBLIC_URL filled in.
import { readManifestSettings, SettingsError } from '../settings/settings.ts';
import { slackManifest } from '../slack/manifest.ts';

const EXIT_SETTINGS = 78;
const PLACEHOLDER_URL = 'https://developers.example.com';

try {
  const { publicUrl, isSocketMode } = readManifestSettings();
  if (!publicUrl && !isSocketMode) {
    process.stderr.write(
      `PUBLIC_URL is not set, so ${PLACEHOLDER_URL} stands in for it. Set it to the https address that Slack can reach, ` +
        'or SLACK_APP_TOKEN for Socket Mode.\n',
    );
  }
  const manifest = slackManifest({ publicUrl: publicUrl ?? PLACEHOLDER_URL, isSocketMode });
  process.stdout.write(`${JSON.stringify(manifest, null, 2)}\n`);
} catch (error) {
  if (!(error instanceof SettingsError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = EXIT_SETTINGS;
}
