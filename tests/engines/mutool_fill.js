// Fills a form with MuPDF's own widget events: mutool run mutool_fill.js IN OUT JOB, where JOB is a
// file of JSON. Boxes are toggled at places, as by a click; places count downwards from the top.
var job = JSON.parse(read(scriptArgs[2]));
var doc = new PDFDocument(scriptArgs[0]);

function isIn(rect, place, number) {
  var x = place[1], y = place[2];
  return place[0] === number && rect[0] <= x && x <= rect[2] && rect[1] <= y && y <= rect[3];
}

for (var number = 0; number < doc.countPages(); ++number) {
  var widgets = doc.loadPage(number).getWidgets();
  for (var at = 0; at < widgets.length; ++at) {
    var widget = widgets[at];
    var rect = widget.getRect();
    for (var click = 0; click < job.clicks.length; ++click) {
      if (isIn(rect, job.clicks[click], number)) widget.toggle();
    }
    for (var text = 0; text < job.typed.length; ++text) {
      if (isIn(rect, job.typed[text], number)) widget.setTextValue(job.typed[text][3]);
    }
    widget.update();
  }
}
doc.save(scriptArgs[1], "");
