//! The shop's start page: a button for each thing that can be asked for.

use crate::doors::{Door, DOORS};

const HEAD: &str = r#"<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>A small shop</title>
<style>
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; color-scheme: light dark }
  ul { list-style: none; padding: 0 }
  li { display: grid; grid-template-columns: 18rem 1fr; gap: 0 1rem; padding: .4rem 0 }
  button { font: inherit; text-align: left; padding: .25rem .75rem }
  output { grid-column: 2 }
  @media (max-width: 36rem) { li { grid-template-columns: 1fr } output { grid-column: 1 } }
</style>
<h1>A small shop</h1>
<p>Most of what can be asked for here fails. What failed stands on the <a href="/dev/error">error pages</a>.</p>
<ul>
"#;

const TAIL: &str = r#"</ul>
<script>
  document.querySelector('ul').addEventListener('click', async ({ target }) => {
    if (!target.dataset.path) return;
    const { method, path, type, body } = target.dataset;
    const init = { method, headers: type ? { 'content-type': type } : {}, body: body || undefined };
    const answer = await fetch(path.replace('#', Math.floor(Math.random() * 1000)), init);
    const said = target.parentElement.querySelector('output');
    said.textContent = answer.status + ' ' + answer.statusText + ' ';
    const reference = answer.headers.get('x-error-reference');
    if (reference) {
      const link = document.createElement('a');
      link.href = '/dev/error?search=' + reference;
      link.textContent = reference;
      said.append(link);
    }
  });
</script>
</html>
"#;

/// Writes the page.
pub fn page() -> String {
    let items: String = DOORS.iter().map(item).collect();
    format!("{HEAD}{items}{TAIL}")
}

fn item(door: &Door) -> String {
    let Door { label, shows, method, path, content_type, body, status } = door;
    let [path, content_type, body] = [path, content_type, body].map(|text| escaped(text));
    format!(
        "<li><button data-method=\"{method}\" data-path=\"{path}\" data-type=\"{content_type}\" \
         data-body=\"{body}\">{label}</button> <span>{status}: {shows}</span> <output></output>\n"
    )
}

fn escaped(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;");
    text.replace('\r', "&#13;").replace('\n', "&#10;")
}
