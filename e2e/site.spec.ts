import { expect, test } from '@playwright/test';
import { serve } from '../scripts/serve.mjs';

for (const base of ['/', '/any/sub/path/']) {
  test(`the built site works from ${base} and speaks to nobody else`, async ({ page }) => {
    const site = await serve({ port: 0, base });
    const wrong: string[] = [];
    page.on('console', (message) => message.type() === 'error' && wrong.push(message.text()));
    page.on('pageerror', (error) => wrong.push(String(error)));
    page.on('requestfailed', (request) => wrong.push(`failed: ${request.url()}`));
    page.on('response', (response) => response.status() >= 400 && wrong.push(`${response.status()}: ${response.url()}`));
    page.on('request', (request) => /^(data|blob):|^http:\/\/127\.0\.0\.1:/.test(request.url()) || wrong.push(`outside: ${request.url()}`));
    await page.addInitScript(() =>
      document.addEventListener('securitypolicyviolation', (event) => console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`)),
    );
    await page.goto(site.url);
    await expect(page).toHaveTitle(/Descent$/);
    await expect(page.getByRole('button', { name: 'Start' })).toBeVisible();
    await page.waitForLoadState('networkidle');
    expect(wrong).toEqual([]);
    await page.close();
    await site.close();
  });
}

test('the policy binds the page: no other origin, no inline script, no eval', async ({ page }) => {
  await page.goto('/');
  const outcome = await page.evaluate(async () => {
    // In a task of its own: the debugger that runs this function may use eval itself.
    const evaluated = await new Promise((done) =>
      setTimeout(() => {
        try {
          done(new Function('return "open"')());
        } catch {
          done('blocked');
        }
      }),
    );
    const script = document.createElement('script');
    script.textContent = 'window.injected = true';
    document.head.append(script);
    return {
      fetch: await fetch('https://example.invalid/').then(
        () => 'open',
        () => 'blocked',
      ),
      inline: 'injected' in window ? 'open' : 'blocked',
      eval: evaluated,
    };
  });
  expect(outcome).toEqual({ fetch: 'blocked', inline: 'blocked', eval: 'blocked' });
});
