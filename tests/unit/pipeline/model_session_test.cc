#include "pipeline/model_session.h"

#include <gtest/gtest.h>

#include "support/error_message.h"
#include "support/temporary_folder.h"

namespace splitbench {
namespace {

class Models : public ::testing::Test {
 protected:
  Models() {
    folder.write("models/resnet.json",
                 R"({"name": "resnet", "file": "resnet.pt", "input_shape": [1, 3, 8, 8],)"
                 R"( "sha256": ")" +
                     std::string(64, 'a') + R"("})");
    folder.write("models/resnet.pt", "not really a network");
  }
  ModelRequest request(const std::string& model) const {
    ModelRequest request;
    request.model = model;
    request.profile_folders = {folder.path()};
    return request;
  }

  TemporaryFolder folder;
};

TEST_F(Models, AreFoundByNameAndByManifest) {
  for (const std::string& model : {std::string("resnet"), folder.path("models/resnet.json")}) {
    const ModelManifest manifest = find_model(model, {folder.path()});
    EXPECT_EQ(manifest.name, "resnet");
    EXPECT_EQ(manifest.file, folder.path("models/resnet.pt"));
    EXPECT_EQ(manifest.input_shape, (Shape{1, 3, 8, 8}));
  }
}

TEST_F(Models, AnyOtherFileIsTakenForTorchScript) {
  const ModelManifest manifest = find_model(folder.path("models/resnet.pt"), {});
  EXPECT_EQ(manifest.name, "resnet");
  EXPECT_EQ(manifest.file, folder.path("models/resnet.pt"));
  EXPECT_FALSE(manifest.input_shape);
}

TEST_F(Models, AnUnknownNameGetsTheNearest) {
  EXPECT_EQ(bad_input_message([&] { find_model("resnte", {folder.path()}); }),
            "no model 'resnte': neither a file nor a name in profiles/models (did you mean "
            "'resnet'?)");
  EXPECT_NE(bad_input_message([&] { find_model(folder.path("none.pt"), {}); }), "");
  EXPECT_NE(bad_input_message([&] { find_model(folder.path("models"), {}); }), "");
}

TEST_F(Models, AFileThatIsNotTheManifestsIsRefusedBeforeItIsLoaded) {
  const std::string message = bad_input_message([&] { open_model(request("resnet")); });
  EXPECT_NE(message.find("the manifest says aaaaaaaaaaaa; get the right file"), std::string::npos)
      << message;
}

TEST_F(Models, TheInputsBatchMustBeOne) {
  ModelRequest batch = request(folder.path("models/resnet.pt"));
  batch.input_shape = "4,3,8,8";
  EXPECT_EQ(bad_input_message([&] { open_model(batch); }),
            "input shape 4x3x8x8: the first dimension is the batch and must be 1 here (see "
            "--batch)");
  batch.input_shape = "1,3,x,8";
  EXPECT_NE(bad_input_message([&] { open_model(batch); }), "");
}

}  // namespace
}  // namespace splitbench
