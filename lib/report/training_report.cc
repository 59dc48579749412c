#include "report/training_report.h"

#include "base/units.h"
#include "report/page.h"

namespace splitbench {
namespace {

constexpr double kByteBits = 8;

Table epochs(const TrainingLog& log) {
  Table table;
  table.columns = {{"epoch", "epoch", Unit::kCount},
                   {"stage", "stage", Unit::kText},
                   {"learning_rate", "rate", Unit::kNumber},
                   {"loss", "loss", Unit::kNumber},
                   {"validation_top1", log.labelled ? "accuracy" : "agreement", Unit::kFraction},
                   {"estimated_bytes", "estimated", Unit::kBytes},
                   {"seconds_s", "time", Unit::kSeconds}};
  double number = 0;
  for (const TrainingEpoch& epoch : log.record.epochs) {
    table.rows.push_back(
        {++number, epoch.stage, epoch.learning_rate, epoch.loss, epoch.validation_top1,
         epoch.bits != 0 ? Value(epoch.bits / kByteBits) : Value(), epoch.seconds});
  }
  return table;
}

std::string sizes(const TrainingLog& log) {
  const auto part = [](std::uint64_t parameters, std::uint64_t macs) {
    return format_count(static_cast<double>(parameters)) + " parameters, " +
           format_count(static_cast<double>(macs)) + " multiply-accumulates";
  };
  return "From " + printable(log.encoder_split) + " (" + shape_text(log.input.shape) +
         ") to a latent of " + shape_text(log.latent.shape) + " to " +
         printable(log.decoder_split) + " (" + shape_text(log.output.shape) +
         "). Encoder: " + part(log.encoder_parameters, log.encoder_macs) +
         "; decoder: " + part(log.decoder_parameters, log.decoder_macs) + ".";
}

std::string streams(const StreamCheck& check) {
  return "Streams of " + std::to_string(check.images) + " images, their header apart, have " +
         format_plain(check.bytes) + " bytes on average; " +
         (check.by_densities ? "the learnt densities" : "the coder's tables") + " say " +
         format_plain(check.estimated_bytes) + ".";
}

}  // namespace

std::string render(const TrainingLog& log, ReportFormat format) {
  if (format == ReportFormat::kCsv) return csv_table(epochs(log));
  Page page(format);
  page.title("Training of " + printable(log.spec) + " for " + printable(log.model_name));
  page.paragraph(sizes(log));
  page.paragraph(
      std::string(log.finished ? "Finished" : "Not finished") + ": " +
      value_text(log.best_top1, Unit::kFraction) + (log.labelled ? " right" : " as the network") +
      " of " + std::to_string(log.validation_images) + " images (" + printable(log.validation) +
      ")" +
      (log.labelled ? ", the network itself " + value_text(log.network_top1, Unit::kFraction)
                    : "") +
      "; " + std::to_string(log.record.images) + " images to train on (" +
      printable(log.record.dataset) + "), " + format_plain(log.images_per_second) +
      " a second with " + std::to_string(log.record.threads) + " threads.");
  if (log.streams) page.paragraph(streams(*log.streams));
  page.heading("Epochs");
  page.table(epochs(log));
  return page.take();
}

}  // namespace splitbench
