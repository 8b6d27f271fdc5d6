/** Serves the trained model to this machine, and asks it as clients of OpenAI's API do. */
import { openOmniCT } from '@omnict/model';
import { serveOmniCT } from '@omnict/serve';

const omnict = await openOmniCT('omnict-tiny');
const server = await serveOmniCT(omnict, { name: 'omnict-tiny' });
const reply = await fetch(`${server.url}v1/chat/completions`, {
  method: 'POST',
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify({
    model: 'omnict-tiny',
    messages: [{ role: 'user', content: 'Is there a lesion in the liver?' }],
  }),
});
const { object, omnict: seen } = (await reply.json()) as {
  object: string;
  omnict: { warnings: string[] };
};
console.log(object, seen.warnings[0]);
await server.close();
omnict.dispose();

// Prints:
// chat.completion no image was sent: the model saw air
