import java.io.BufferedReader;
import java.io.File;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.PDFAValidator;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;

/**
 * Validates files with veraPDF's core, many in one JVM.
 *
 * <p>Reads lines "profile TAB path" from standard input. Writes one line for each broken rule,
 * "path TAB profile TAB rule TAB message", and one that closes the file,
 * "path TAB profile TAB (compliant|broken|failed) TAB assertions".
 */
public final class VeraDriver {
    private static final int FAILURES_TOLD = 200;

    private VeraDriver() {
    }

    public static void main(String[] arguments) throws Exception {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        System.setOut(System.err); // what libraries print must not mix with the answers
        VeraGreenfieldFoundryProvider.initialise();
        BufferedReader jobs =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String job = jobs.readLine(); job != null; job = jobs.readLine()) {
            String[] parts = job.split("\t", 2);
            validate(PDFAFlavour.byFlavourId(parts[0]), parts[0], parts[1], out);
        }
    }

    private static void validate(PDFAFlavour flavour, String name, String path, PrintStream out) {
        String head = path + "\t" + name + "\t";
        try (PDFAParser parser = Foundries.defaultInstance().createParser(new File(path), flavour);
                PDFAValidator validator = Foundries.defaultInstance()
                        .createValidator(flavour, FAILURES_TOLD, false, true, false)) {
            ValidationResult result = validator.validate(parser);
            Map<String, String> broken = new TreeMap<>();
            for (TestAssertion assertion : result.getTestAssertions()) {
                if (assertion.getStatus() == TestAssertion.Status.FAILED) {
                    String rule = assertion.getRuleId().getClause() + "-"
                            + assertion.getRuleId().getTestNumber();
                    broken.putIfAbsent(rule, said(assertion));
                }
            }
            broken.forEach((rule, message) -> out.println(head + rule + "\t" + message));
            String verdict = result.isCompliant() && broken.isEmpty() ? "compliant" : "broken";
            out.println(head + verdict + "\t" + result.getTotalAssertions());
        } catch (Exception error) { // one file must not end the others' validation
            out.println(head + "failed\t" + error.toString().replaceAll("\\s+", " "));
        }
    }

    private static String said(TestAssertion assertion) {
        String place = assertion.getLocation() == null ? "" : assertion.getLocation().getContext();
        String message = assertion.getErrorMessage() == null
                ? assertion.getMessage() : assertion.getErrorMessage();
        return (message + " @ " + place).replaceAll("\\s+", " ");
    }
}
