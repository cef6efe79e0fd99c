/** The form, with the future id of its ticket. */
export function page(id: string): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Support</title>
<h1>How can we help?</h1>
<form method="post" action="/tickets">
  <input type="hidden" name="id" value="${id}">
  <p><label>E-mail <input type="email" name="email" required></label>
  <p><label>What is wrong? <input name="issue" required maxlength="200"></label>
  <p><label>Priority <select name="priority"><option>Low<option selected>Medium<option>High</select></label>
  <p><button>Send</button>
</form>
</html>`;
}
